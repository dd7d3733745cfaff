package store

import (
	"context"
	"database/sql"
	"time"

	"gochatting/internal/message"
)

// Delete leaves of a message only that it was there: ID, author, At, Deleted. When it returns, the rest
// is gone from the disk too, with SQLite; while somebody is reading that may take seconds more. What a purge keeps of it goes, too.
// What others of a lower rank said is for those who keep order in the room, and noted. blobs are the hashes of its files and their previews, which
// other files may have too. Who stops waiting does not learn them. Errors as for Edit, but that the
// muted and readers may delete what they said.
func (s *Store) Delete(ctx context.Context, userID, room string, id int64) (m message.Message, blobs []string, err error) {
	var dropped []string
	m, err = s.change(ctx, "delete", &change{user: userID, room: room, id: id, may: place.mayTakeBack, wipes: true,
		apply: func(ctx context.Context, tx *sql.Tx, p place, l *line, now time.Time) (err error) {
			t := l.TextMessage
			others := t.UserInfo.ID != userID
			switch {
			case others && !p.keepsOver(t.UserInfo.Role):
				return refuse(ErrForbidden, "Only who said it can delete it, and who keeps order here and is of a higher rank.")
			case t.Deleted != nil:
				dropped, err = l.forgetPurged(ctx, tx)
			default:
				dropped, err = l.empty(ctx, tx, now)
			}
			if err == nil && others {
				_, err = insertAct(ctx, tx, now, act{actor: userID, act: ActDelete, subject: t.UserInfo.ID, room: room, message: id})
			}
			return err
		}})
	if err != nil {
		return message.Message{}, nil, err
	}
	return m, dropped, nil
}

// empty leaves of l only its trace, and forgets its files.
func (l *line) empty(ctx context.Context, tx *sql.Tx, now time.Time) (blobs []string, err error) {
	if err := l.hide(ctx, tx, now); err != nil {
		return nil, err
	}
	return dropFilesOf(ctx, tx, l.Room, l.TextMessage.ID)
}

// hide leaves of l only its trace.
func (l *line) hide(ctx context.Context, tx *sql.Tx, now time.Time) error {
	t := l.TextMessage
	l.TextMessage = &message.TextMessage{ID: t.ID, UserInfo: t.UserInfo, Time: t.Time, At: t.At, Deleted: &now}
	return dropMentions(ctx, tx, l.Room, t)
}
