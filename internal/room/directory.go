package room

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"sync"

	"gochatting/internal/bus"
	"gochatting/internal/message"
	"gochatting/internal/store"
	"gochatting/internal/user"
)

// hints is where the bus tells who is somebody else than before, or stands to a room in another way.
const hints = "people"

// A Directory knows which rooms are awake on this node, and wakes them; and who is in which.
// Its methods may be called from any goroutine.
type Directory struct {
	store  *store.Store
	bus    *bus.Bus
	markup Renderer
	out    *slog.Logger
	limit  int    // bytes in a message's content
	node   string // this one among all
	heard  *bus.Subscription
	ctx    context.Context // of the rooms, which outlive the request that wakes them
	cancel context.CancelFunc
	stays  stays
	turns  turns

	mu     sync.Mutex
	rooms  map[string]*ActiveRoom
	closed bool
	awake  sync.WaitGroup // the rooms, and what is to be tried again
}

var errStopping = errors.New("room: the server is stopping")

// NewDirectory makes a Directory; nobody may say more than limit bytes at once. It must be
// closed before the bus and the store are.
func NewDirectory(s *store.Store, b *bus.Bus, m Renderer, limit int, out *slog.Logger) (*Directory, error) {
	d := &Directory{
		store: s, bus: b, markup: m, out: out, limit: limit, node: rand.Text(),
		rooms: make(map[string]*ActiveRoom),
		stays: stays{of: make(map[string][]*Stay)},
		turns: turns{taken: make(map[string]chan struct{})},
	}
	d.ctx, d.cancel = context.WithCancel(context.Background())
	heard, err := b.Subscribe(hints, d.hearHint)
	if err != nil {
		d.cancel()
		return nil, fmt.Errorf("room: listen for news of people: %w", err)
	}
	d.heard = heard
	return d, nil
}

// join lets u hear a room from now on, and look at it. What was said up to the rev it returns is in
// the store; all that follows will be offered to u, without holes.
func (d *Directory) join(ctx context.Context, room string, u *user.OnlineUser, watch bool) (*ActiveRoom, int64, error) {
	at := make(chan int64, 1)
	for {
		r, err := d.wake(room)
		if err != nil {
			return nil, 0, err
		}
		select {
		case r.joining <- arrival{u, watch, at}:
			return r, <-at, nil
		case <-r.CloseSign: // went to sleep just now, or could not wake
			if <-r.ended; r.err != nil {
				return nil, 0, r.err
			}
		case <-ctx.Done():
			return nil, 0, fmt.Errorf("room: join %s: %w", room, ctx.Err())
		}
	}
}

// Leave ends what joining began: afterwards the room offers nothing to u any more. It does not
// matter if u was dropped before.
func (r *ActiveRoom) Leave(u *user.OnlineUser) {
	select {
	case r.leaving <- u:
	case <-r.CloseSign:
		<-r.ended
	}
}

// Since gives up to limit frames of a room after rev, oldest first, as they were delivered; known
// is false when only the store has all of them, or knows whether the viewer may see them: from memory
// is answered who hears the room on this node. It never lacks what this process has answered as
// stored.
func (d *Directory) Since(viewer, room string, rev int64, limit int) (frames []*message.Frame, known bool) {
	r := d.stays.heard(viewer, room)
	if r == nil {
		return nil, false
	}
	return r.last.since(rev, d.store.Committed(room), limit)
}

// Here gives some of the people in a room, by name, after the one with the id after, who need not be
// there any more. Who may know is for the caller to see to. store.ErrNotFound: there is no such user.
func (d *Directory) Here(ctx context.Context, room, after string, limit int) (message.UserStatus, error) {
	d.mu.Lock()
	r := d.rooms[room]
	d.mu.Unlock()
	if r == nil {
		return message.UserStatus{}, nil
	}
	q := question{limit: limit}
	if after != "" {
		who, err := d.store.User(ctx, after)
		if err != nil {
			return message.UserStatus{}, err
		}
		public := who.Public()
		q.after = &public
	}
	answer := make(chan message.UserStatus, 1)
	q.answer = answer
	select {
	case r.asking <- q:
		return <-answer, nil
	case <-r.CloseSign:
		return message.UserStatus{}, nil
	case <-ctx.Done():
		return message.UserStatus{}, fmt.Errorf("room: who is in %s: %w", room, ctx.Err())
	}
}

// wake gives the active room, which may still be waking.
func (d *Directory) wake(id string) (*ActiveRoom, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return nil, errStopping
	}
	if r, awake := d.rooms[id]; awake {
		return r, nil
	}
	r := newActiveRoom(id, d.store, d.bus, d.out)
	d.rooms[id] = r
	d.awake.Go(func() {
		r.err = r.run(d.ctx)
		d.mu.Lock()
		delete(d.rooms, id)
		d.mu.Unlock()
		close(r.ended)
	})
	return r, nil
}

// Close ends all rooms, whose sockets are closed with 1001, and waits for the rooms.
func (d *Directory) Close() error {
	d.mu.Lock()
	d.closed = true
	for _, r := range d.rooms {
		r.Close()
	}
	d.mu.Unlock()
	d.cancel()
	d.awake.Wait()
	return d.heard.Cancel()
}
