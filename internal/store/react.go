package store

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"gochatting/internal/message"
)

// How many reactions one message has.
const (
	mostEmoji     = 20 // different ones
	mostReactions = 200
)

// React puts the user's emoji under a message, or takes it away. One emoji of one person stands there
// once. Anybody in the room may; ErrInvalid: it is not one emoji; ErrTooMany: there are 20 different
// ones, or 200 altogether. Else as Edit.
func (s *Store) React(ctx context.Context, userID, room string, id int64, emoji string, on bool) (message.Message, error) {
	emoji, ok := message.Emoji(emoji)
	if !ok {
		return message.Message{}, refuse(ErrInvalid, "A reaction is one emoji.")
	}
	return s.change(ctx, "react to", &change{user: userID, room: room, id: id, may: place.maySpeak,
		apply: func(_ context.Context, _ *sql.Tx, _ place, l *line, _ time.Time) (err error) {
			t := l.TextMessage
			if t.Deleted != nil {
				return ErrNotFound
			}
			if on {
				t.Reactions, err = addReaction(t.Reactions, emoji, userID)
			} else {
				t.Reactions, err = takeReaction(t.Reactions, emoji, userID)
			}
			return err
		}})
}

func addReaction(all []message.Reaction, emoji, user string) ([]message.Reaction, error) {
	i := indexOf(all, emoji)
	if i >= 0 && slices.Contains(all[i].Users, user) {
		return all, errUnchanged
	}
	total := 0
	for _, r := range all {
		total += len(r.Users)
	}
	if total >= mostReactions {
		return all, refuse(ErrTooMany, "There are as many reactions here as there may be.")
	}
	if i >= 0 {
		all[i].Users = append(all[i].Users, user)
		return all, nil
	}
	if len(all) >= mostEmoji {
		return all, refuse(ErrTooMany, "There are as many different reactions here as there may be. You can join in one of them.")
	}
	return append(all, message.Reaction{Emoji: emoji, Users: []string{user}}), nil
}

func takeReaction(all []message.Reaction, emoji, user string) ([]message.Reaction, error) {
	i := indexOf(all, emoji)
	if i < 0 {
		return all, errUnchanged
	}
	k := slices.Index(all[i].Users, user)
	if k < 0 {
		return all, errUnchanged
	}
	if all[i].Users = slices.Delete(all[i].Users, k, k+1); len(all[i].Users) > 0 {
		return all, nil
	}
	if len(all) == 1 {
		return nil, nil
	}
	return slices.Delete(all, i, i+1), nil
}

func indexOf(all []message.Reaction, emoji string) int {
	return slices.IndexFunc(all, func(r message.Reaction) bool { return r.Emoji == emoji })
}
