package main

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"gochatting/internal/chattest"
	"gochatting/internal/message"
)

var (
	seedFlag = flag.Uint64("seed", 0, "repeats a storm over the cluster; 0: another one each time")
	longFlag = flag.Bool("long", false, "a storm of 600 people and of ten seconds' outages")
)

// Three nodes on one PostgreSQL; people spread over them, all in the lobby and some in many rooms, who
// talk all the time. A node is killed and one hangs, PostgreSQL is stopped, two nodes lose sight of
// each other, and all are restarted one after another: what was shown or acknowledged is there, once, for
// everyone, and the sidebar is right on every node.
func TestThreeNodesInAStorm(t *testing.T) {
	s := newStorm(t)
	s.gather()
	s.flow("at first")
	disasters := []func(){s.killNode, s.freezeNode, s.stopPostgres, s.cutBus}
	s.dice.Shuffle(len(disasters), func(i, j int) { disasters[i], disasters[j] = disasters[j], disasters[i] })
	for _, strike := range append(disasters, s.restartAll) {
		strike()
		s.awaitAll()
		s.flow("after it")
	}
	s.calm()
	s.reckon()
}

// A storm is what happens to a cluster, and the people in it.
type storm struct {
	*fleet
	dice   *rand.Rand
	size   stormSize
	maker  *chattest.Person
	rooms  []string // in which people talk, but for the lobby
	quiet  string   // another, in which all are and nobody talks
	guests []*guest
	ledger ledger

	acknowledged atomic.Int64
	over         atomic.Bool // nothing new is said
	whispers     int64       // what was said in the quiet room
	pauses       int         // of a writer, on average, in milliseconds
	blamed       atomic.Int64
}

// A stormSize is how much of everything.
type stormSize struct {
	people, writers, rooms int
	outage                 time.Duration // at least
	flow                   int64         // messages that must get through before the next thing happens
}

func newStorm(t *testing.T) *storm {
	size := stormSize{people: 60, writers: 12, rooms: 6, outage: 3 * time.Second, flow: 100}
	pauses := 20
	if *longFlag {
		size = stormSize{people: 600, writers: 60, rooms: 40, outage: 10 * time.Second, flow: 1000}
		pauses = 1000
	}
	seed := *seedFlag
	if seed == 0 {
		seed = rand.Uint64()
	}
	t.Logf("-seed %d", seed)
	return &storm{fleet: startFleet(t, 3), dice: rand.New(rand.NewPCG(seed, 0)), size: size, pauses: pauses}
}

// gather has everyone come in, and connect.
func (s *storm) gather() {
	s.maker = chattest.Join(s.t, s.base(0), "maker@example.com")
	for range s.size.rooms {
		s.rooms = append(s.rooms, s.makeRoom())
	}
	s.quiet = s.makeRoom()
	s.guests = make([]*guest, s.size.people)
	var joining errgroup.Group
	joining.SetLimit(8)
	for i := range s.guests {
		dice, node := rand.New(rand.NewPCG(s.dice.Uint64(), 0)), s.dice.IntN(len(s.nodes))
		joining.Go(func() error {
			s.guests[i] = s.invite(i, node, dice)
			return nil
		})
	}
	require.NoError(s.t, joining.Wait())
	require.False(s.t, s.t.Failed(), "everyone is in")

	ctx, cancel := context.WithCancel(s.t.Context())
	var busy sync.WaitGroup
	s.t.Cleanup(busy.Wait)
	s.t.Cleanup(cancel)
	for _, g := range s.guests {
		busy.Go(func() { g.live(ctx) })
	}
	s.awaitAll()
}

func (s *storm) makeRoom() string {
	var made message.Room
	require.Equal(s.t, http.StatusCreated, s.maker.Post("/api/v1/rooms", fmt.Sprintf(`{"Kind":"open","Name":"room %d"}`, len(s.rooms)), &made))
	return made.ID
}

// invite has somebody join at a node, and two rooms or, one in ten, all.
func (s *storm) invite(i, node int, dice *rand.Rand) *guest {
	g := &guest{
		Person: chattest.Join(s.t, s.base(node), fmt.Sprintf("guest%d@example.com", i)),
		storm:  s, dice: dice, logs: make(map[string]*guestLog), node: -1, farewells: make(map[int]string),
	}
	mine := []string{s.rooms[dice.IntN(len(s.rooms))], s.rooms[dice.IntN(len(s.rooms))]}
	if dice.IntN(10) == 0 {
		mine = s.rooms
	}
	for _, room := range append([]string{s.quiet}, mine...) {
		assert.Equal(s.t, http.StatusOK, g.Put("/api/v1/rooms/"+room+"/members/"+g.Me.ID, "", nil))
	}
	if i < s.size.writers {
		g.pen = newPen(rand.New(rand.NewPCG(dice.Uint64(), 0)), mine)
	}
	return g
}

// flow waits until enough was said and acknowledged.
func (s *storm) flow(when string) {
	s.t.Helper()
	enough := s.acknowledged.Load() + s.size.flow
	s.until(func() bool { return s.acknowledged.Load() >= enough }, "people can talk "+when)
}

// awaitAll waits until everyone who has not left is connected.
func (s *storm) awaitAll() {
	s.t.Helper()
	s.until(func() bool {
		for _, g := range s.guests {
			if node, mortal := g.where(); node < 0 && !mortal {
				return false
			}
		}
		return true
	}, "everyone is connected")
}

// until waits for something, for as long as nobody was shown what must not be.
func (s *storm) until(fulfilled func() bool, what string) {
	s.t.Helper()
	require.Eventually(s.t, func() bool { return s.blamed.Load() > 0 || fulfilled() }, 2*chattest.Patience, 20*time.Millisecond, what)
	require.Zero(s.t, s.blamed.Load(), what)
}

// blame notes what must not be, and ends the storm.
func (s *storm) blame(format string, args ...any) {
	if s.blamed.Add(1) <= 10 {
		assert.Fail(s.t, fmt.Sprintf(format, args...))
	}
}

func (g *guest) where() (node int, mortal bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.node, g.mortal
}

func (g *guest) rev(room string) int64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	if log := g.logs[room]; log != nil {
		return log.rev
	}
	return 0
}

func (p *pen) refusals() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.refused
}

func (p *pen) done() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.open == nil
}
