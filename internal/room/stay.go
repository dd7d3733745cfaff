package room

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"

	"gochatting/internal/message"
	"gochatting/internal/store"
	"gochatting/internal/user"
)

// A Stay is an online user in all of their rooms: what comes up one socket, for whichever room, and
// what comes down it from all of them. It must be ended.
type Stay struct {
	d    *Directory
	user *user.OnlineUser

	rooms  []*ActiveRoom // that it hears; for stays to touch, as is
	gaze   string        // the room that the user looks at, or would if they were in it
	writes writes        // Take's alone
	you    atomic.Pointer[store.User]
}

// Enter has u hear all rooms that they are a member of, now and later, and look at one of them:
// watch, as soon as they are in it; the first dialect, the lobby alone. What was said in a room
// up to the Rev it returns is in the store; all that follows will be offered to u, without holes. A room
// that cannot be woken is left out, and comes in as soon as it can. Of the welcome it fills in You and
// Rooms; the first dialect has none.
func (d *Directory) Enter(ctx context.Context, u *user.OnlineUser, watch string) (*Stay, message.Welcome, error) {
	id := u.Info().ID
	if err := d.turns.take(ctx, id); err != nil {
		return nil, message.Welcome{}, fmt.Errorf("room: enter: %w", err)
	}
	defer d.turns.give(id)
	s := &Stay{d: d, user: u, gaze: watch}
	d.stays.add(s) // before it looks into the store, so that whatever changes then is told to it, too
	welcome, err := s.enter(ctx)
	if err != nil {
		s.leaveAll()
		return nil, message.Welcome{}, fmt.Errorf("room: enter: %w", err)
	}
	return s, welcome, nil
}

func (s *Stay) enter(ctx context.Context) (w message.Welcome, err error) {
	you, err := s.d.store.User(ctx, s.user.Info().ID)
	if err != nil {
		return w, err
	}
	s.you.Store(&you)
	s.user.SetInfo(you.Public())
	w.You = you.Own()
	w.Rooms, err = s.hear(ctx)
	return w, err
}

// hear joins the user's rooms.
func (s *Stay) hear(ctx context.Context) ([]message.Room, error) {
	id := s.user.Info().ID
	heard, err := s.d.store.Hears(ctx, id)
	if err != nil {
		return nil, err
	}
	if s.user.First {
		if !slices.Contains(heard, message.Lobby) { // a reader of another room
			return nil, errNowhere
		}
		_, err := s.join(ctx, message.Lobby)
		return nil, err
	}
	for _, room := range heard {
		_, _ = s.d.wake(room) // all at the same time; join will say what is wrong
	}
	revs := make(map[string]int64, len(heard))
	for _, room := range heard {
		rev, failed := s.join(ctx, room)
		if errors.Is(failed, errStopping) || errors.Is(failed, context.Canceled) {
			return nil, failed
		}
		if failed != nil {
			err = failed
			s.d.out.Error("enter a room", "room", room, "user", id, "err", failed)
			s.d.later(pending{hint: hint{User: id, Room: room}})
			continue
		}
		revs[room] = rev
	}
	if len(revs) == 0 {
		return nil, cmp.Or(err, errNowhere)
	}
	rooms, err := s.d.store.Rooms(ctx, id)
	if err != nil {
		return nil, err
	}
	rooms = slices.DeleteFunc(rooms, func(r message.Room) bool { _, heard := revs[r.ID]; return !heard })
	for i := range rooms {
		rooms[i].Rev = revs[rooms[i].ID] // what follows on this socket follows this
	}
	return rooms, nil
}

var errNowhere = errors.New("a member of no room")

// End has the user leave all their rooms: afterwards nothing is offered to them any more.
func (s *Stay) End() {
	id := s.user.Info().ID
	_ = s.d.turns.take(context.Background(), id) // which does not end
	defer s.d.turns.give(id)
	s.leaveAll()
}

func (s *Stay) leaveAll() {
	for _, r := range s.d.stays.remove(s) {
		r.Leave(s.user)
	}
}

// Take does what came up the socket, see user.Inbox. Any error is a *message.Error for the user, or
// our fault.
func (s *Stay) Take(ctx context.Context, m message.Message) error {
	switch m.MType {
	case message.TextMType:
		return s.post(ctx, m)
	case message.TypingMType:
		return s.typing(m.Room)
	case message.ReadMType:
		return s.read(ctx, m)
	default:
		return s.watch(m.Room)
	}
}

// post takes what the user says into its room; everyone in there hears it by the bus. A message that
// was posted before, by its Ref, is only shown to its author again.
func (s *Stay) post(ctx context.Context, said message.Message) error {
	posted, repeated, err := s.d.Say(ctx, s.user.Info(), said)
	if err != nil || !repeated {
		return err
	}
	f, err := message.Encode(posted)
	if err != nil {
		return err
	}
	s.user.Tell(f)
	return nil
}

// read moves the user's read mark, on all their devices.
func (s *Stay) read(ctx context.Context, m message.Message) error {
	id := s.user.Info().ID
	if _, err := s.d.SetRead(ctx, id, m.Room, m.Read.ID); err != nil {
		return s.d.refuse("set a read mark", m.Room, id, err)
	}
	return nil
}

// watch has the user look at another of their rooms; at none, if room is "" or not theirs.
func (s *Stay) watch(room string) error {
	before, now := s.d.stays.turn(s, room)
	if before != nil && before != now {
		before.look(s.user, false)
	}
	if now != nil {
		now.look(s.user, true)
	} else if room != "" {
		return errNoRoom
	}
	return nil
}

// join has the stay hear one room more.
func (s *Stay) join(ctx context.Context, room string) (rev int64, err error) {
	r, rev, err := s.d.join(ctx, room, s.user, s.d.stays.gazes(s, room))
	if err == nil {
		s.d.stays.into(s, r)
	}
	return rev, err
}
