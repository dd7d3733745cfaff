// Package room holds the places where people talk: an ActiveRoom for each room that somebody on
// this node is connected to, and the Directory that knows which are awake.
package room

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"sync"
	"time"

	"gochatting/internal/message"
	"gochatting/internal/store"
	"gochatting/internal/user"
)

const (
	broadcastBatches = 64                     // that may wait for the room before its reader of the bus waits
	joinedBytes      = 64 << 10               // of pending frames that go to everyone as one
	wakeful          = 250 * time.Millisecond // for who woke it to come in
)

// An ActiveRoom is a room that somebody on this node is connected to. One goroutine, run, owns
// it: joining, leaving and broadcasting are messages to that goroutine, and every send to it
// must also select on CloseSign, which is closed when the room has ended.
type ActiveRoom struct {
	ID          string
	OnlineUsers map[string]*user.OnlineUser // by OnlineUser.ID; touched by run alone
	Broadcast   chan []*message.Frame       // what the bus brings, in any order
	CloseSign   chan struct{}

	joining chan arrival
	leaving chan *user.OnlineUser
	looking chan look
	changed chan message.User
	asking  chan question
	filled  chan []*message.Frame
	reached chan int64    // a rev that the store has
	told    chan told     // of who is here on other nodes
	asked   chan string   // by another node, for who is here
	nudged  chan struct{} // holds one: nodes may know something else than before

	here      presence
	elsewhere elsewheres
	watchers  watchers
	questions []question // that wait for lists from elsewhere
	woke      time.Time
	log       sequence
	last      recent
	line      []*user.OnlineUser // OnlineUsers as a list, made anew after somebody came or went

	store *store.Store
	bus   Bus
	nodes *nodes
	out   *slog.Logger
	once  sync.Once
	ended chan struct{} // closed after run has returned
	err   error         // why run returned; to be read when ended is closed
}

// An arrival is somebody who joins; at answers the room's rev, after which they hear everything.
type arrival struct {
	who   *user.OnlineUser
	watch bool
	at    chan<- int64
}

func newActiveRoom(id string, s *store.Store, n *nodes, out *slog.Logger) *ActiveRoom {
	return &ActiveRoom{
		ID:          id,
		OnlineUsers: make(map[string]*user.OnlineUser),
		Broadcast:   make(chan []*message.Frame, broadcastBatches),
		CloseSign:   make(chan struct{}),
		joining:     make(chan arrival),
		leaving:     make(chan *user.OnlineUser),
		looking:     make(chan look),
		changed:     make(chan message.User),
		asking:      make(chan question),
		filled:      make(chan []*message.Frame),
		reached:     make(chan int64),
		told:        make(chan told),
		asked:       make(chan string),
		nudged:      make(chan struct{}, 1),
		ended:       make(chan struct{}),
		here:        newPresence(),
		elsewhere:   make(elsewheres),
		watchers:    newWatchers(),
		last:        recent{from: math.MaxInt64, rev: math.MaxInt64},
		store:       s,
		bus:         n.bus,
		nodes:       n,
		out:         out,
	}
}

// Close ends the room. It returns at once.
func (r *ActiveRoom) Close() { r.once.Do(func() { close(r.CloseSign) }) }

// run is the room's life, from its first guest to its last.
func (r *ActiveRoom) run(ctx context.Context) error {
	defer r.Close()
	cancel, err := r.bus.Subscribe(subject(r.ID), r.hear)
	if err != nil {
		return fmt.Errorf("room: wake %s: %w", r.ID, err)
	}
	defer cancel()
	// What is said from here on is heard, so nothing falls between this rev and the bus; nor, for long,
	// what another node says that does not know yet that it is heard here: see catchUp.
	rev, err := r.store.Rev(ctx, r.ID)
	if err != nil {
		return fmt.Errorf("room: wake %s: %w", r.ID, err)
	}
	r.log.rev, r.log.seen = rev, rev
	r.last.begin(rev)

	var fills sync.WaitGroup
	defer func() { r.Close(); fills.Wait() }()
	defer r.sleep()

	r.woke = time.Now()
	r.askAll()
	alarm := time.NewTimer(sooner(r.settle(r.woke), wakeful))
	defer alarm.Stop()
	for {
		select {
		case frames := <-r.Broadcast:
			ready, asides := r.pending(frames)
			r.tellAsides(asides) // first: who says something does not write any more
			r.deliver(ready)
		case frames := <-r.filled:
			r.deliver(r.log.fill(frames))
		case rev := <-r.reached:
			r.log.reach(rev)
		case a := <-r.joining:
			r.join(a)
		case u := <-r.leaving:
			r.leave(u)
		case l := <-r.looking:
			r.watch(l)
		case info := <-r.changed:
			r.here.change(info)
		case t := <-r.told:
			if r.nodes.note(t.node, t.change) {
				r.elsewhere.at(t.node).take(t.change, &r.here)
			}
		case node := <-r.asked:
			r.tellList(node)
		case <-r.nudged:
			r.elsewhere.known(r.nodes.of(r.ID), &r.here)
		case q := <-r.asking:
			r.questions = append(r.questions, q)
		case <-alarm.C:
		case <-r.CloseSign:
			return nil
		}
		now := time.Now()
		must, later := r.log.mustFill(now)
		if must {
			after := r.log.rev
			fills.Go(func() { r.fill(ctx, after) })
		}
		next := sooner(later, r.settle(now))
		if r.here.own == 0 && len(r.questions) == 0 {
			wait := r.woke.Add(wakeful).Sub(now)
			if wait <= 0 {
				return nil
			}
			next = sooner(next, wait)
		}
		if next > 0 {
			alarm.Reset(next)
		}
	}
}

func (r *ActiveRoom) join(a arrival) {
	r.OnlineUsers[a.who.ID] = a.who
	r.line = nil
	r.here.arrive(a.who)
	if a.watch {
		r.watchers.add(a.who)
	}
	a.at <- r.log.rev
}

func (r *ActiveRoom) leave(u *user.OnlineUser) {
	if _, in := r.OnlineUsers[u.ID]; !in {
		return // was dropped before it left by itself
	}
	delete(r.OnlineUsers, u.ID)
	r.line = nil
	r.watchers.remove(u)
	r.here.depart(u, time.Now())
}
