package room

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"

	"gochatting/internal/message"
	"gochatting/internal/store"
	"gochatting/internal/user"
)

// waitingHints is how many hints of other nodes may wait. What comes beyond that is looked after in another
// way: see lookAgain.
const waitingHints = 1024

// A Directory knows which rooms are awake on this node, and wakes them; and who is in which.
// Its methods may be called from any goroutine.
type Directory struct {
	store   *store.Store
	bus     Bus
	markup  Renderer
	out     *slog.Logger
	limit   int // bytes in a message's content
	nodes   *nodes
	heard   chan hint
	doubts  chan struct{} // holds one: hints may have been missed
	losses  chan struct{} // holds one: frames may have been missed
	unsaid  rarely        // to log that the bus takes nothing
	cancels []func() error
	ctx     context.Context // of the rooms, which outlive the request that wakes them
	cancel  context.CancelFunc
	stays   stays
	turns   turns

	mu     sync.Mutex
	rooms  map[string]*ActiveRoom
	closed bool
	shutBy func(reason string, sessions []string)
	unsure func(ctx context.Context) error
	awake  sync.WaitGroup // the rooms, and what is to be tried again
}

var errStopping = errors.New("room: the server is stopping")

// NewDirectory makes a Directory; nobody may say more than limit bytes at once. It must be
// closed before the bus and the store are.
func NewDirectory(s *store.Store, b Bus, m Renderer, limit int, out *slog.Logger) (*Directory, error) {
	d := &Directory{
		store: s, bus: b, markup: m, out: out, limit: limit, nodes: newNodes(rand.Text(), b),
		heard: make(chan hint, waitingHints), doubts: make(chan struct{}, 1), losses: make(chan struct{}, 1),
		rooms:  make(map[string]*ActiveRoom),
		stays:  stays{of: make(map[string][]*Stay)},
		turns:  turns{taken: make(map[string]chan struct{})},
		shutBy: func(string, []string) {},
		unsure: func(context.Context) error { return nil },
	}
	d.ctx, d.cancel = context.WithCancel(context.Background())
	for _, subject := range []string{everyNode, addressee(d.nodes.self)} {
		cancel, err := b.Subscribe(subject, d.hear)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("room: listen to other nodes: %w", err), d.Close())
		}
		d.cancels = append(d.cancels, cancel)
	}
	b.Lost(func() { signal(d.losses) }) // lost hints are missed by their numbers
	for _, life := range []func(){d.beat, d.followAll, d.lookAgain, d.catchUp} {
		d.awake.Go(life)
	}
	return d, nil
}

// signal leaves a sign for who waits for one, unless there is one already.
func signal(to chan<- struct{}) {
	select {
	case to <- struct{}{}:
	default:
	}
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
// stored, nor what comes up to reach: other nodes may be ahead of this one, and who was with one of them says so.
// Where there may be any, who says nothing (0) is for the store to answer.
func (d *Directory) Since(viewer, room string, rev, reach int64, limit int) (frames []*message.Frame, known bool) {
	r := d.stays.heard(viewer, room)
	if r == nil || reach == 0 && !d.store.Own() {
		return nil, false
	}
	return r.last.since(rev, max(reach, d.store.Committed(room)), limit)
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
	r := newActiveRoom(id, d.store, d.nodes, d.out)
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

// awakened is a room that is awake on this node, or nil.
func (d *Directory) awakened(id string) *ActiveRoom {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.rooms[id]
}

func (d *Directory) all() []*ActiveRoom {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Collect(maps.Values(d.rooms))
}

// nudge has rooms look at what is known of other nodes.
func (d *Directory) nudge(rooms []string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, id := range rooms {
		if r := d.rooms[id]; r != nil {
			signal(r.nudged)
		}
	}
}
