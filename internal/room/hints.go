package room

import (
	"context"
	"errors"
	"time"

	"gochatting/internal/message"
	"gochatting/internal/store"
)

// When to try again what could not be done for somebody's sockets: first after the one, and at last
// every time after the other.
const (
	againSoon   = time.Second
	againLatest = time.Minute
)

// Changed has all sockets agree with the store about who a user is, for others and themselves, and
// whether they hear these rooms.
func (d *Directory) Changed(ctx context.Context, user string, rooms ...string) {
	ctx = context.WithoutCancel(ctx)
	d.tell(ctx, hint{User: user})
	for _, room := range rooms {
		d.tell(ctx, hint{User: user, Room: room})
	}
}

// forget has all rooms of this node forget who somebody was: in what was said, and among those who are there, whose
// sockets may have ended already.
func (d *Directory) forget(ctx context.Context, user string) {
	nobody, err := d.store.User(ctx, user)
	if err != nil {
		d.out.Error("forget somebody", "user", user, "err", err)
	}
	for _, r := range d.all() {
		r.last.forget()
		if err != nil {
			continue
		}
		select {
		case r.changed <- nobody.Public():
		case <-r.CloseSign:
		}
	}
}

// tell has the sockets concerned agree with the store: those of this node when it returns, those of the
// others soon.
func (d *Directory) tell(ctx context.Context, h hint) {
	d.follow(ctx, pending{hint: h})
	h = d.nodes.hint(h)
	if err := d.nodes.tell(everyNode, news{Hint: &h}); err != nil && d.unsaid.again() { // its number will be missed
		d.out.Error("tell other nodes", "user", h.User, "room", h.Room, "err", err)
	}
}

// hearHint takes a hint from another node, and never waits.
func (d *Directory) hearHint(node string, h hint) {
	d.nodes.noteHint(node, h.N)
	switch {
	case len(h.Ended) > 0:
		d.shut(h.Reason, h.Ended)
	case !h.Gone && h.User != "" && !d.stays.any(h.User), h.User == "" && d.awakened(h.Room) == nil:
		// Whoever enters later looks into the store themselves.
	default:
		select {
		case d.heard <- h:
		default:
			d.doubt()
		}
	}
}

// followAll follows what other nodes hint at.
func (d *Directory) followAll() {
	for {
		select {
		case h := <-d.heard:
			d.follow(d.ctx, pending{hint: h})
		case <-d.ctx.Done():
			return
		}
	}
}

// A pending hint is to be followed, perhaps not for the first time.
type pending struct {
	hint
	wait time.Duration // before it is tried again
}

// follow makes all sockets on this node that a hint is about agree with the store, now or, if that fails,
// again and again.
func (d *Directory) follow(ctx context.Context, h pending) {
	var err error
	switch {
	case h.User == "":
		err = d.tellOf(ctx, h.Room)
	default:
		if h.Gone {
			d.forget(ctx, h.User)
		}
		if d.stays.any(h.User) {
			err = d.agree(ctx, h.hint)
		}
	}
	if err != nil && !errors.Is(err, errStopping) && d.ctx.Err() == nil {
		d.out.Error("follow a change", "user", h.User, "room", h.Room, "err", err)
		d.later(h)
	}
}

// later follows a hint after a while, telling everything anew.
func (d *Directory) later(h pending) {
	h.Read = false
	h.wait = min(max(2*h.wait, againSoon), againLatest)
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return
	}
	d.awake.Go(func() {
		select {
		case <-time.After(h.wait):
			d.follow(d.ctx, h)
		case <-d.ctx.Done():
		}
	})
}

func (d *Directory) agree(ctx context.Context, h hint) error {
	if err := d.turns.take(ctx, h.User); err != nil {
		return err
	}
	defer d.turns.give(h.User)
	if h.Room == "" {
		return d.introduce(ctx, h.User)
	}
	return d.place(ctx, h)
}

// place has all sockets of a user be in a room, or not. Its caller has the user's turn.
func (d *Directory) place(ctx context.Context, h hint) error {
	info, err := d.store.Room(ctx, h.User, h.Room)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	if err != nil || info.Membership == nil {
		return d.goOut(h)
	}
	return d.comeIn(ctx, h, info)
}

// introduce tells those who look at the same rooms who somebody is now, and all sockets of theirs how
// they stand.
func (d *Directory) introduce(ctx context.Context, user string) error {
	you, err := d.store.User(ctx, user)
	if err != nil {
		return err
	}
	own := you.Own()
	f, err := message.Encode(message.Message{MType: message.YouMType, You: &own})
	if err != nil {
		return err
	}
	for _, r := range d.stays.roomsOf(user) {
		select {
		case r.changed <- you.Public():
		case <-r.CloseSign:
		}
	}
	for _, s := range d.stays.current(user) {
		s.you.Store(&you)
		s.user.Tell(f)
	}
	return nil
}

// goOut has all sockets of somebody leave a room. Nothing of it reaches them after they were told.
func (d *Directory) goOut(h hint) error {
	gone, err := message.Encode(message.Message{MType: message.RoomMType, Room: h.Room})
	if err != nil {
		return err
	}
	for _, s := range d.stays.current(h.User) {
		if r := d.stays.outOf(s, h.Room); r != nil {
			r.Leave(s.user)
			s.user.Tell(gone)
		}
	}
	return nil
}

// comeIn has all sockets of a member hear the room, and tells them how things are there.
func (d *Directory) comeIn(ctx context.Context, h hint, info message.Room) (err error) {
	var inside []*Stay
	joined := false
	for _, s := range d.stays.current(h.User) {
		if !d.stays.isIn(s, h.Room) {
			if _, failed := s.join(ctx, h.Room); failed != nil {
				err = failed
				continue
			}
			joined = true
		}
		inside = append(inside, s)
	}
	if joined { // what was said meanwhile must be within the Rev that they are told
		now, failed := d.store.Room(ctx, h.User, h.Room)
		if failed != nil {
			return failed
		}
		if info = now; info.Membership == nil {
			return d.goOut(h)
		}
	}
	if isHidden(info, h.User) {
		return err
	}
	m := message.Message{MType: message.RoomMType, Room: h.Room, RoomInfo: &info}
	if h.Read && !joined {
		m = message.Message{MType: message.ReadMType, Room: h.Room, Read: &info.Membership.Read}
	}
	f, failed := message.Encode(m)
	if failed != nil {
		return failed
	}
	for _, s := range inside {
		s.user.Tell(f)
	}
	return err
}

// isHidden reports whether a member is not told of a room yet: a direct one in which nobody has
// said anything exists for its maker alone.
func isHidden(r message.Room, user string) bool {
	return r.Kind == message.DirectRoom && r.Rev == 0 && r.Maker != user
}
