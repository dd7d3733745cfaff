package room

import (
	"cmp"
	"slices"
	"time"

	"gochatting/internal/message"
)

const (
	sharePeople = 400 // in one message to other nodes
	personBytes = 750 // that one of them takes at most
)

// A told is a change on another node.
type told struct {
	node   string
	change *change
}

// share tells the other nodes who came here, left or is called otherwise.
func (r *ActiveRoom) share() {
	var joined []message.User
	var left []string
	for id := range r.here.untold {
		if who := r.here.people[id]; who != nil && who.own != nil {
			joined = append(joined, *who.own)
		} else {
			left = append(left, id)
		}
	}
	clear(r.here.untold)
	byID(joined)
	for some := range slices.Chunk(joined, r.most()) {
		r.tellChange(change{Joined: some})
	}
	for some := range slices.Chunk(left, r.most()) {
		r.tellChange(change{Left: some})
	}
}

func (r *ActiveRoom) tellChange(c change) {
	quiet := false
	if c.After, c.Version, quiet = r.nodes.next(r.ID); quiet {
		return
	}
	c.Room = r.ID
	r.publish(subject(r.ID), news{Change: &c})
}

// tellList tells a node that asks who is here, as of the latest change.
func (r *ActiveRoom) tellList(node string) {
	r.share()
	var own []message.User
	for _, who := range r.here.order {
		if who.own != nil {
			own = append(own, *who.own)
		}
	}
	version := r.nodes.version(r.ID)
	if version == 0 {
		return // asleep again, or not yet awake
	}
	byID(own) // so that parts of the same Version, asked for twice, fit
	parts := slices.Collect(slices.Chunk(own, r.most()))
	if len(parts) == 0 {
		parts = [][]message.User{nil}
	}
	for i, part := range parts {
		c := change{Room: r.ID, Version: version, Joined: part}
		if len(parts) > 1 {
			c.Part, c.Of = i+1, len(parts)
		}
		r.publish(addressee(node), news{Change: &c})
	}
}

func byID(people []message.User) {
	slices.SortFunc(people, func(a, b message.User) int { return cmp.Compare(a.ID, b.ID) })
}

// sleep tells the other nodes that nobody is here any more.
func (r *ActiveRoom) sleep() {
	if version, quiet := r.nodes.slept(r.ID); !quiet {
		r.publish(subject(r.ID), news{Change: &change{Room: r.ID, Version: version}})
	}
}

// askAll asks all nodes where somebody is: also those where the room has woken since their last beat.
func (r *ActiveRoom) askAll() {
	if !r.nodes.any() {
		return
	}
	r.publish(subject(r.ID), news{Ask: &ask{Room: r.ID}})
	r.elsewhere.known(r.nodes.of(r.ID), &r.here)
	for _, e := range r.elsewhere {
		e.asked = r.woke
	}
}

// ask asks the nodes of which something is missing, and returns after how long to do so again; 0 if nothing
// is.
func (r *ActiveRoom) ask(now time.Time) (next time.Duration) {
	for name, e := range r.elsewhere {
		wait, missing := e.wait(now)
		if !missing {
			continue
		}
		if wait <= 0 {
			r.publish(addressee(name), news{Ask: &ask{Room: r.ID}})
			e.asked = now
			wait = askAgain
		}
		next = sooner(next, wait)
	}
	return next
}

// isBehind reports whether a list from elsewhere has not come yet.
func (r *ActiveRoom) isBehind() bool {
	for _, e := range r.elsewhere {
		if e.seen > e.version {
			return true
		}
	}
	return false
}

// publish tells news. What is lost of it, the next beat shows.
func (r *ActiveRoom) publish(subject string, n news) {
	if err := r.nodes.tell(subject, n); err != nil {
		r.out.Debug("presence", "room", r.ID, "err", err)
	}
}

// most is how many people go into one message.
func (r *ActiveRoom) most() int {
	return max(1, min(sharePeople, r.bus.MaxBytes()/personBytes-1))
}

// sooner is the shorter of two waits, of which 0 is none.
func sooner(a, b time.Duration) time.Duration {
	if a == 0 || b > 0 && b < a {
		return b
	}
	return a
}
