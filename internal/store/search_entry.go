package store

import (
	"database/sql"
	"fmt"

	"gochatting/internal/message"
	"gochatting/internal/search"
)

// An entry is what a message is found by.
type entry struct {
	seq    int64
	tokens []string
}

// selectEntries reads of messages what they can be found by.
const selectEntries = `SELECT seq, room, author, deleted, parts, content, html FROM messages WHERE `

func scanEntry(from row) (entry, error) {
	var e entry
	var t message.TextMessage
	m := message.Message{TextMessage: &t}
	var deleted sql.NullInt64
	var parts sql.NullString
	if err := from.Scan(&e.seq, &m.Room, &t.UserInfo.ID, &deleted, &parts, &t.Content, &t.HTML); err != nil {
		return e, found(err)
	}
	t.Deleted = momentIf(deleted)
	if parts.Valid {
		if err := unpack(parts.String, &t); err != nil {
			return e, fmt.Errorf("message %d: %w", e.seq, err)
		}
	}
	e.tokens = tokensOf(m)
	return e, nil
}

func tokensOf(m message.Message) []string { return search.Of(m).Tokens() }

func scanLead(from row) (l lead, err error) {
	err = from.Scan(&l.seq, &l.room)
	return l, err
}
