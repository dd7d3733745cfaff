package store

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"gochatting/internal/message"
)

// Words are what a message says. Content may be empty only in a message with files.
type Words struct {
	Content, HTML string
	Mentions      []string
}

// Edit gives a message other words; who is mentioned by them follows. As with all that change a
// message: it is published with its next Rev before it is returned, its TextMessage must not be
// changed, and if all is already as it should be, nothing is published and it is returned as it is.
// ErrNotFound: the user is in no such room, or no such message is in it, or it was deleted.
// ErrArchived: the room can only be read. ErrForbidden: somebody else said it. ErrMuted: as User.MaySpeak.
func (s *Store) Edit(ctx context.Context, userID, room string, id int64, w Words) (message.Message, error) {
	return s.change(ctx, "edit", &change{user: userID, room: room, id: id, may: place.maySpeak, wipes: true,
		apply: func(ctx context.Context, tx *sql.Tx, _ place, l *line, now time.Time) error {
			t := l.TextMessage
			switch {
			case t.UserInfo.ID != userID:
				return refuse(ErrForbidden, "Only who said it can edit it.")
			case t.Deleted != nil:
				return ErrNotFound
			case w.Content == "" && len(t.Files) == 0:
				return refuse(ErrInvalid, "There is nothing in this message. You can delete it instead.")
			case t.Content == w.Content && t.HTML == w.HTML && slices.Equal(t.Mentions, w.Mentions):
				return errUnchanged
			}
			if err := dropMentions(ctx, tx, room, t); err != nil {
				return err
			}
			t.Content, t.HTML, t.Mentions, t.Edited = w.Content, w.HTML, w.Mentions, &now
			return insertMentions(ctx, tx, room, t)
		}})
}
