package store

import (
	"context"
	"database/sql"
	"time"

	"gochatting/internal/message"
)

// Delete leaves of a message only that it was there: ID, author, At, Deleted. When it returns, the rest
// is gone from the disk too; while somebody is reading that may take seconds more. blobs are the hashes
// of its files and their previews, which other files may have too. Who stops waiting does not learn
// them. Errors as for Edit.
func (s *Store) Delete(ctx context.Context, userID, room string, id int64) (m message.Message, blobs []string, err error) {
	var dropped []string
	m, err = s.change(ctx, "delete", &change{user: userID, room: room, id: id, wipes: true,
		apply: func(ctx context.Context, tx *sql.Tx, l *line, now time.Time) (err error) {
			t := l.TextMessage
			switch {
			case t.UserInfo.ID != userID:
				return refuse(ErrForbidden, "Only who said it can delete it.")
			case t.Deleted != nil:
				return errUnchanged
			}
			if err := dropMentions(ctx, tx, room, t); err != nil {
				return err
			}
			if dropped, err = dropFilesOf(ctx, tx, room, id); err != nil {
				return err
			}
			l.TextMessage = &message.TextMessage{ID: t.ID, UserInfo: t.UserInfo, Time: t.Time, At: t.At, Deleted: &now}
			return nil
		}})
	if err != nil {
		return message.Message{}, nil, err
	}
	return m, dropped, nil
}
