package room

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync"
)

const (
	silentTicks = 15      // after which a node has nobody here
	latelyTicks = 20      // for which a beat tells of a room: whoever missed all of these has taken the node for silent
	heardHints  = 1 << 16 // of a node between two of its beats; what comes beyond counts as missing
	beatRooms   = 4000    // in one message
	roomBytes   = 64      // that one of them takes at most
)

// nodes are the processes that share the store: what this one knows of the others, and what it has told
// them. Its methods may be called from any goroutine.
type nodes struct {
	self string
	bus  Bus

	mu     sync.Mutex
	others map[string]*node
	clock  int64            // the latest Version
	rooms  map[string]int64 // the Version of those in which somebody is, here
	lately map[string]int   // for how many ticks more beats tell of a room
	hints  int64            // the latest N
	sure   int64            // the one at the beat before
	bye    bool             // nothing is told of presence any more
}

// A node is another one of them, as far as is known here.
type node struct {
	silent int // ticks since its last beat
	bye    bool
	at     int64            // of its latest beat
	whole  bool             // whether it has told all its rooms
	rooms  map[string]int64 // in which somebody is, there
	parts  parts[map[string]int64]
	sure   int64          // up to this N nothing is missing, or was not and has been looked after
	heard  map[int64]bool // what has come beyond that
}

func newNodes(self string, b Bus) *nodes {
	return &nodes{
		self: self, bus: b,
		others: make(map[string]*node), rooms: make(map[string]int64), lately: make(map[string]int),
	}
}

// tell puts news on the bus.
func (all *nodes) tell(subject string, n news) error {
	n.Node = all.self
	data, err := json.Marshal(n)
	if err == nil {
		err = all.bus.Publish(subject, data)
	}
	if err != nil {
		return fmt.Errorf("room: tell other nodes: %w", err)
	}
	return nil
}

// hint gives a hint its number.
func (all *nodes) hint(h hint) hint {
	all.mu.Lock()
	defer all.mu.Unlock()
	all.hints++
	h.N = all.hints
	return h
}

// next gives the Version of a change to who is in a room here, and the one before. quiet: there is nobody
// to tell.
func (all *nodes) next(room string) (after, version int64, quiet bool) {
	all.mu.Lock()
	defer all.mu.Unlock()
	if all.bye {
		return 0, 0, true
	}
	after = all.rooms[room]
	all.clock++
	all.rooms[room], all.lately[room] = all.clock, latelyTicks
	return after, all.clock, len(all.others) == 0
}

// version is the one of a room in which somebody is, here; 0 for others, and when nothing is told any more.
func (all *nodes) version(room string) int64 {
	all.mu.Lock()
	defer all.mu.Unlock()
	if all.bye {
		return 0
	}
	return all.rooms[room]
}

// slept takes note that nobody is in a room here any more, as next does.
func (all *nodes) slept(room string) (version int64, quiet bool) {
	all.mu.Lock()
	defer all.mu.Unlock()
	if _, told := all.rooms[room]; !told || all.bye {
		return 0, true
	}
	all.clock++
	delete(all.rooms, room)
	all.lately[room] = latelyTicks
	return all.clock, len(all.others) == 0
}

// any reports whether there are others.
func (all *nodes) any() bool {
	all.mu.Lock()
	defer all.mu.Unlock()
	return len(all.others) > 0
}

// of gives the other nodes where somebody is in a room, and the Version there.
func (all *nodes) of(room string) map[string]int64 {
	all.mu.Lock()
	defer all.mu.Unlock()
	var some map[string]int64
	for name, n := range all.others {
		if version, there := n.rooms[room]; there {
			if some == nil {
				some = make(map[string]int64)
			}
			some[name] = version
		}
	}
	return some
}

// beats makes what is told every few seconds.
func (all *nodes) beats(bye bool) []beat {
	all.mu.Lock()
	defer all.mu.Unlock()
	lately := make(map[string]int64, len(all.lately))
	for room := range all.lately {
		lately[room] = all.rooms[room]
	}
	if all.bye = all.bye || bye; all.bye {
		all.sure = all.hints
	}
	beats := all.cut(lately)
	all.sure = all.hints
	return beats
}

// whole makes beats with all rooms.
func (all *nodes) whole() []beat {
	all.mu.Lock()
	defer all.mu.Unlock()
	beats := all.cut(all.rooms)
	for i := range beats {
		beats[i].Part, beats[i].Of = i+1, len(beats)
	}
	return beats
}

// cut makes as many beats of rooms as the bus needs. Its caller has the lock.
func (all *nodes) cut(rooms map[string]int64) (beats []beat) {
	most := max(1, min(beatRooms, all.bus.MaxBytes()/roomBytes-1))
	for some := range slices.Chunk(slices.Sorted(maps.Keys(rooms)), most) {
		b := beat{At: all.clock, Hints: all.sure, Bye: all.bye, Rooms: make(map[string]int64, len(some))}
		for _, room := range some {
			b.Rooms[room] = rooms[room]
		}
		beats = append(beats, b)
	}
	if len(beats) == 0 {
		return []beat{{At: all.clock, Hints: all.sure, Bye: all.bye}}
	}
	return beats
}
