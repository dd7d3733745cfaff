package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"gochatting/internal/message"
)

// An Act is something that was done to keep order. It never says what somebody said.
type Act struct {
	ID       string
	At       time.Time
	Actor    *message.User `json:",omitempty"` // nil: who runs the server
	Act      string        // ActRole and so on
	Subject  *message.User `json:",omitempty"` // to whom
	Room     *message.Room `json:",omitempty"` // ID, Kind, and Name if the viewer may read it
	Message  int64         `json:",omitempty"` // which one of the room
	Until    *time.Time    `json:",omitempty"` // nil: without end, or without a time at all
	Note     string        `json:",omitempty"` // the role, how many messages, how many seconds, on or off
	Undone   *time.Time    `json:",omitempty"` // when it was
	Undoable bool          // whether it can be undone now, by Restore
}

// What an Act can be.
const (
	ActRole    = "role"
	ActMute    = "mute"
	ActUnmute  = "unmute"
	ActBan     = "ban"
	ActUnban   = "unban"
	ActPurge   = "purge"
	ActRestore = "restore"
	ActDelete  = "delete"
	ActRemove  = "remove"
	ActSlow    = "slow"
	ActArchive = "archive"
	ActRename  = "rename"
	ActInvite  = "invite"
	ActRevoke  = "revoke"
	ActRelease = "release"
)

// An act is an Act about to be noted. actor is a user's id, or Operator; of the others what is zero is
// not there.
type act struct {
	actor, act, subject, room string
	message                   int64
	until                     time.Time
	note                      string
}

func insertAct(ctx context.Context, tx *sql.Tx, now time.Time, a act) (id string, err error) {
	if a.actor == Operator {
		a.actor = ""
	}
	id = newID()
	_, err = tx.ExecContext(ctx, `
		INSERT INTO acts (id, at, actor, act, subject, room, message, until, note)
		VALUES ($1, $2, NULLIF($3, ''), $4, NULLIF($5, ''), NULLIF($6, ''), NULLIF(CAST($7 AS BIGINT), 0), NULLIF(CAST($8 AS BIGINT), 0), $9)`,
		id, now.UnixMicro(), a.actor, a.act, a.subject, a.room, a.message, micros(a.until), a.note)
	if err != nil {
		return "", fmt.Errorf("note an act: %w", err)
	}
	return id, nil
}
