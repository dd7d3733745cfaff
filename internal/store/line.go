package store

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"gochatting/internal/message"
)

// selectMessages reads messages as the user $1 sees them, with their own Refs only; selectLog as they
// are.
const (
	selectMessages = `SELECT COALESCE(CASE WHEN m.author = $1 THEN m.ref END, ''), ` + fromMessages
	selectLog      = `SELECT COALESCE(m.ref, ''), ` + fromMessages

	fromMessages = messageColumns + ` FROM messages m JOIN users u ON u.id = m.author`

	// messageColumns, last in a list of columns and after the ref, is what scanMessage reads.
	messageColumns = `m.room, m.id, m.rev, m.at, m.edited, m.deleted, m.pinned, m.reply_to, m.parts, m.content, m.html, ` + userColumns
)

// scanMessage reads the columns before the ref into before, and the message.
func scanMessage(from row, before ...any) (message.Message, error) {
	m := message.Message{MType: message.TextMType, TextMessage: &message.TextMessage{}}
	t := m.TextMessage
	var at int64
	var edited, deleted, pinned, replyTo sql.NullInt64
	var parts sql.NullString
	var author User
	err := author.scan(from, append(before, &m.Ref,
		&m.Room, &t.ID, &t.Rev, &at, &edited, &deleted, &pinned, &replyTo, &parts, &t.Content, &t.HTML)...)
	if err != nil {
		return message.Message{}, found(err)
	}
	t.UserInfo = author.Public()
	t.At = moment(at)
	t.Time = t.At.Local().Format(message.TimeFormat)
	t.Edited, t.Deleted, t.Pinned = momentIf(edited), momentIf(deleted), momentIf(pinned)
	t.ReplyTo = replyTo.Int64
	if parts.Valid {
		if err := unpack(parts.String, t); err != nil {
			return message.Message{}, fmt.Errorf("message %d: %w", t.ID, err)
		}
	}
	return m, nil
}

// parts is what few messages have, and nothing is looked for in: the JSON in one column.
type parts struct {
	Mentions  []string           `json:",omitempty"`
	Reactions []message.Reaction `json:",omitempty"`
	Files     []message.File     `json:",omitempty"`
}

// pack is NULL for a message without any.
func pack(t *message.TextMessage) (sql.NullString, error) {
	if len(t.Mentions)+len(t.Reactions)+len(t.Files) == 0 {
		return sql.NullString{}, nil
	}
	packed, err := json.Marshal(parts{t.Mentions, t.Reactions, t.Files})
	if err != nil {
		return sql.NullString{}, fmt.Errorf("pack: %w", err)
	}
	return sql.NullString{String: string(packed), Valid: true}, nil
}

func unpack(packed string, t *message.TextMessage) error {
	var p parts
	if err := json.Unmarshal([]byte(packed), &p); err != nil {
		return fmt.Errorf("unpack: %w", err)
	}
	t.Mentions, t.Reactions, t.Files = p.Mentions, p.Reactions, p.Files
	return nil
}

func momentIf(micros sql.NullInt64) *time.Time {
	if !micros.Valid {
		return nil
	}
	at := moment(micros.Int64)
	return &at
}

func microsIf(at *time.Time) sql.NullInt64 {
	if at == nil {
		return sql.NullInt64{}
	}
	return sql.NullInt64{Int64: at.UnixMicro(), Valid: true}
}
