package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"gochatting/internal/message"
)

// Of rooms there are at most so many.
const (
	mostMade        = 100 // by one user, not counting direct ones
	mostSilent      = 20  // direct ones by one user in which nobody has said anything yet
	mostMemberships = 500 // of one user
	mostBroughtInto = 400 // of them, when somebody else wants to bring the user in: the rest is for their own doing
	mostDirect      = 10  // people in a direct room
	mostInvited     = 100 // into a new private room
)

// How long names and topics may be, in characters; what is longer is cut.
const (
	maxName  = 64
	maxTopic = 250
)

// NewRoom is a room that somebody wants to make.
type NewRoom struct {
	Name, Topic string // a direct room has neither
	Kind        string
	Users       []string // IDs: who else is in a direct room, or is invited into a private one
}

// MakeRoom makes a room and lets its maker and Users in. A direct room is there once for one set of
// people: made is false if it was there before. ErrInvalid: the name is empty, or something is given
// that this kind of room does not have; ErrTaken: an open room has this name; ErrTooMany: people, rooms
// or memberships; ErrNotFound: one of Users, or the maker; ErrForbidden: the maker is a reader; ErrMuted: as
// User.MaySpeak, but for direct rooms.
func (s *Store) MakeRoom(ctx context.Context, maker string, r NewRoom) (room message.Room, made bool, err error) {
	type answer struct {
		id   string
		made bool
	}
	a, err := write(ctx, s, "make a room", func(ctx context.Context, tx *sql.Tx) (a answer, err error) {
		switch r.Kind {
		case message.DirectRoom:
			a.id, a.made, err = makeDirect(ctx, tx, maker, r, s.now())
		case message.OpenRoom, message.PrivateRoom:
			a.made = true
			a.id, err = makeNamed(ctx, tx, maker, r, s.now())
		default:
			err = refuse(ErrInvalid, "A room is open, private or direct.")
		}
		return a, err
	})
	if err != nil {
		return message.Room{}, false, err
	}
	room, err = s.Room(ctx, maker, a.id)
	return room, a.made, err
}

func makeNamed(ctx context.Context, tx *sql.Tx, maker string, r NewRoom, now time.Time) (id string, err error) {
	name := tidy(r.Name, maxName)
	switch {
	case name == "":
		return "", nameless()
	case r.Kind == message.OpenRoom && len(r.Users) > 0:
		return "", refuse(ErrInvalid, "Nobody is invited into an open room. Anybody can join it.")
	case len(r.Users) > mostInvited:
		return "", refuse(ErrTooMany, fmt.Sprintf("At most %d people can be invited at once.", mostInvited))
	}
	u, err := selectUser(ctx, tx, `u.id = $1`, maker)
	if err == nil {
		err = u.MaySpeak(now)
	}
	if err != nil {
		return "", err
	}
	var n int
	err = tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM rooms WHERE maker = $1 AND kind <> 'direct'`, maker).Scan(&n)
	if err != nil {
		return "", fmt.Errorf("count rooms: %w", err)
	}
	if n >= mostMade {
		return "", refuse(ErrTooMany, fmt.Sprintf("One person can make at most %d rooms.", mostMade))
	}
	id = newID()
	r.Name, r.Topic = name, tidy(r.Topic, maxTopic)
	made, err := insertRoom(ctx, tx, id, maker, r, "")
	if err != nil {
		return "", err
	}
	if !made {
		return "", taken()
	}
	return id, letAllIn(ctx, tx, maker, id, append([]string{maker}, r.Users...), now)
}

func makeDirect(ctx context.Context, tx *sql.Tx, maker string, r NewRoom, now time.Time) (id string, made bool, err error) {
	people := append([]string{maker}, r.Users...)
	slices.Sort(people)
	people = slices.Compact(people)
	switch {
	case r.Name != "" || r.Topic != "":
		return "", false, refuse(ErrInvalid, "A direct room has no name and no topic.")
	case len(people) > mostDirect:
		return "", false, refuse(ErrTooMany, fmt.Sprintf("At most %d people can be in a direct room. Please make a private one.", mostDirect))
	}
	u, err := selectUser(ctx, tx, `u.id = $1`, maker)
	switch {
	case err != nil:
		return "", false, err
	case u.Role == message.RoleReader:
		return "", false, refuse(ErrForbidden, "You are here as a reader, who begins no conversations.")
	}
	key := strings.Join(people, " ")
	id = newID()
	if made, err = insertRoom(ctx, tx, id, maker, r, key); err != nil {
		return "", false, err
	}
	if made {
		if err := fewSilent(ctx, tx, maker); err != nil {
			return "", false, err
		}
		return id, true, letAllIn(ctx, tx, maker, id, people, now)
	}
	err = tx.QueryRowContext(ctx, `SELECT id FROM rooms WHERE people = $1`, key).Scan(&id)
	return id, false, found(err)
}

// insertRoom says whether there was a place for the room: an open one of its name, or a direct one of its
// people, may be there.
func insertRoom(ctx context.Context, tx *sql.Tx, id, maker string, r NewRoom, people string) (made bool, err error) {
	result, err := tx.ExecContext(ctx, `
		INSERT INTO rooms (id, name, kind, rev, folded, topic, maker, people, archived)
		VALUES ($1, $2, $3, 0, $4, $5, $6, $7, 0) ON CONFLICT DO NOTHING`,
		id, r.Name, r.Kind, message.Fold(r.Name), r.Topic, maker, sql.NullString{String: people, Valid: people != ""})
	if err != nil {
		return false, fmt.Errorf("insert a room: %w", err)
	}
	n, err := result.RowsAffected()
	return n > 0, err
}

// fewSilent keeps anybody from filling others' places with rooms that they cannot even see.
func fewSilent(ctx context.Context, tx *sql.Tx, maker string) error {
	var n int
	err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM rooms WHERE maker = $1 AND kind = 'direct' AND rev = 0`, maker).Scan(&n)
	if err != nil {
		return fmt.Errorf("count silent rooms: %w", err)
	}
	if n > mostSilent {
		return refuse(ErrTooMany, fmt.Sprintf("There are %d direct rooms of yours in which nothing was said yet. Please use one of those first.", mostSilent))
	}
	return nil
}

func letAllIn(ctx context.Context, tx *sql.Tx, by, room string, users []string, now time.Time) error {
	for _, user := range users {
		if _, err := letIn(ctx, tx, by, room, user, now); err != nil {
			return err
		}
	}
	return nil
}
