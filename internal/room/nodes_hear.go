package room

import (
	"maps"
	"slices"
)

// heardBeat is what follows from a beat.
type heardBeat struct {
	rooms   []string // that may be other than was known
	missing bool     // a hint of that node was never heard
	unknown bool     // all its rooms are yet to be asked for
	first   bool     // that is heard of it
}

func (all *nodes) hear(name string, b *beat) (what heardBeat) {
	all.mu.Lock()
	defer all.mu.Unlock()
	n := all.others[name]
	if n == nil {
		n = &node{rooms: make(map[string]int64), heard: make(map[int64]bool)}
		all.others[name] = n
		what.first = true
	}
	what.missing = n.misses(b.Hints)
	if b.At >= n.at {
		n.silent, n.at, n.bye = 0, b.At, b.Bye
		what.rooms = n.merge(b)
	}
	what.unknown = !n.whole
	return what
}

// misses reports whether hints up to this one have not come.
func (n *node) misses(upTo int64) bool {
	if upTo <= n.sure {
		return false
	}
	came := int64(0)
	for number := range n.heard {
		if number <= upTo {
			came++
			delete(n.heard, number)
		}
	}
	missing := came < upTo-n.sure
	n.sure = upTo
	return missing
}

// merge takes over what a beat tells of rooms, and gives those.
func (n *node) merge(b *beat) []string {
	told := b.Rooms
	if b.Of > 0 {
		all := n.parts.add(b.At, b.Part, b.Of, b.Rooms)
		if all == nil {
			return nil
		}
		n.whole = true
		told = make(map[string]int64)
		for room := range n.rooms {
			told[room] = 0 // unless one of the parts has it
		}
		for _, part := range all {
			maps.Copy(told, part)
		}
	}
	for room, version := range told {
		switch known := n.rooms[room]; {
		case version > known:
			n.rooms[room] = version
		case version == 0 && known <= b.At:
			delete(n.rooms, room)
		}
	}
	return slices.Collect(maps.Keys(told))
}

// tick lets a second of this node pass: of its own, since one that was stopped must not take all others for
// dead when it goes on. It gives the rooms of those that are, and reports whether that came as a surprise.
func (all *nodes) tick() (rooms []string, surprise bool) {
	all.mu.Lock()
	defer all.mu.Unlock()
	for room := range all.lately {
		if all.lately[room]--; all.lately[room] == 0 {
			delete(all.lately, room)
		}
	}
	for name, n := range all.others {
		if n.silent++; n.silent > silentTicks {
			delete(all.others, name)
			rooms = slices.AppendSeq(rooms, maps.Keys(n.rooms))
			surprise = surprise || !n.bye
		}
	}
	return rooms, surprise
}

// note takes note of a change on another node, and reports whether it is news: not of a node that is
// unknown or silent, nor from before the room went to sleep there.
func (all *nodes) note(name string, c *change) bool {
	all.mu.Lock()
	defer all.mu.Unlock()
	n := all.others[name]
	if n == nil {
		return false
	}
	version, awake := n.rooms[c.Room]
	if !awake && c.Version <= n.at {
		return false
	}
	n.rooms[c.Room] = max(version, c.Version)
	return true
}

// noteHint takes note of a hint from another node.
func (all *nodes) noteHint(name string, number int64) {
	all.mu.Lock()
	defer all.mu.Unlock()
	if n := all.others[name]; n != nil && number > n.sure && len(n.heard) < heardHints {
		n.heard[number] = true
	}
}
