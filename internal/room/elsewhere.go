package room

import (
	"maps"
	"time"

	"gochatting/internal/message"
)

const (
	heldChanges = 64          // of one node that are kept behind a hole; after that its list is asked for
	askAgain    = time.Second // while a list that was asked for has not come
	listWait    = time.Second // for which a question waits for lists
)

// An elsewhere is who is in a room on another node. Every node owns its own: what it says is taken as it
// is, in the order of its Versions.
type elsewhere struct {
	version int64             // of what is known
	seen    int64             // of what was heard of
	people  map[string]bool   // by user id
	held    map[int64]*change // behind a hole, by the Version that they follow
	parts   parts[[]message.User]
	behind  time.Time // since when something is missing
	asked   time.Time
}

// elsewheres are those of a room, by node. The room's run alone touches them.
type elsewheres map[string]*elsewhere

// at is the one of a node, made if there is none.
func (all elsewheres) at(node string) *elsewhere {
	e := all[node]
	if e == nil {
		e = &elsewhere{people: make(map[string]bool), held: make(map[int64]*change)}
		all[node] = e
	}
	return e
}

// known takes over where somebody is, and up to which Version that has been told; other nodes have nobody
// here any more.
func (all elsewheres) known(versions map[string]int64, p *presence) {
	for node, e := range all {
		if _, is := versions[node]; !is {
			e.replace(nil, p)
			delete(all, node)
		}
	}
	for node, version := range versions {
		e := all.at(node)
		e.seen = max(e.seen, version)
	}
}

// take puts a change into the list of people, as soon as it follows what is known.
func (e *elsewhere) take(c *change, p *presence) {
	e.seen = max(e.seen, c.Version)
	switch {
	case c.Version <= e.version:
		return
	case c.After == 0:
		all := e.parts.add(c.Version, c.Part, c.Of, c.Joined)
		if all == nil {
			return
		}
		e.replace(all, p)
		e.version = c.Version
	case c.After != e.version:
		if len(e.held) < heldChanges {
			e.held[c.After] = c
		}
		return
	default:
		e.follow(c, p)
	}
	for next := e.held[e.version]; next != nil; next = e.held[e.version] {
		e.follow(next, p)
	}
	maps.DeleteFunc(e.held, func(_ int64, c *change) bool { return c.Version <= e.version })
}

func (e *elsewhere) follow(c *change, p *presence) {
	for _, info := range c.Joined {
		e.join(info, p)
	}
	for _, id := range c.Left {
		e.leave(id, p)
	}
	e.version = c.Version
}

func (e *elsewhere) replace(lists [][]message.User, p *presence) {
	gone := maps.Clone(e.people)
	for _, list := range lists {
		for _, info := range list {
			e.join(info, p)
			delete(gone, info.ID)
		}
	}
	for id := range gone {
		e.leave(id, p)
	}
}

func (e *elsewhere) join(info message.User, p *presence) {
	who := p.entry(info)
	if !e.people[info.ID] {
		e.people[info.ID] = true
		who.elsewhere++
	}
	p.show(who, info)
}

func (e *elsewhere) leave(id string, p *presence) {
	if !e.people[id] {
		return
	}
	delete(e.people, id)
	who := p.people[id]
	who.elsewhere--
	p.drop(who)
}

// wait is how long it may take until what is missing is asked for: at once when nothing is known yet, else a
// moment, in which it often comes by itself. 0: nothing is missing.
func (e *elsewhere) wait(now time.Time) (wait time.Duration, missing bool) {
	if e.seen <= e.version {
		e.behind = time.Time{}
		return 0, false
	}
	if e.behind.IsZero() {
		e.behind = now
	}
	due := e.behind
	if e.version > 0 {
		due = due.Add(presenceGather)
	}
	if again := e.asked.Add(askAgain); again.After(due) {
		due = again
	}
	return due.Sub(now), true
}
