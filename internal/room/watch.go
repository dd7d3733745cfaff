package room

import (
	"maps"
	"slices"

	"gochatting/internal/user"
)

// watchers are the sockets that look at a room: they are told who is here and who writes, while
// all others in the room hear only what is said.
type watchers struct {
	all   map[*user.OnlineUser]bool
	fresh map[*user.OnlineUser]bool // those who have not yet had the list of people
	line  []*user.OnlineUser        // all as a list, made anew after somebody came or went
}

func newWatchers() watchers {
	return watchers{all: make(map[*user.OnlineUser]bool), fresh: make(map[*user.OnlineUser]bool)}
}

func (w *watchers) add(u *user.OnlineUser) {
	w.all[u], w.fresh[u] = true, true
	w.line = nil
}

func (w *watchers) remove(u *user.OnlineUser) {
	if w.all[u] {
		delete(w.all, u)
		delete(w.fresh, u)
		w.line = nil
	}
}

func (w *watchers) list() []*user.OnlineUser {
	if w.line == nil {
		w.line = slices.AppendSeq(make([]*user.OnlineUser, 0, len(w.all)), maps.Keys(w.all))
	}
	return w.line
}

// owesFirst reports whether somebody of the first dialect still waits for the list of people.
func (w *watchers) owesFirst() bool {
	for u := range w.fresh {
		if u.First {
			return true
		}
	}
	return false
}

// told gives those who have not had the list, who are taken to have it now.
func (w *watchers) told() (fresh map[*user.OnlineUser]bool) {
	fresh, w.fresh = w.fresh, make(map[*user.OnlineUser]bool)
	return fresh
}

// A look is somebody who begins or ends to watch a room.
type look struct {
	who   *user.OnlineUser
	begin bool
}

// watch takes a look by somebody who is in the room; whoever has left it sees nothing.
func (r *ActiveRoom) watch(l look) {
	if _, in := r.OnlineUsers[l.who.ID]; in && l.begin {
		r.watchers.add(l.who)
	} else {
		r.watchers.remove(l.who)
	}
}

// look has u told from now on who is here and who writes, or not any more.
func (r *ActiveRoom) look(u *user.OnlineUser, begin bool) {
	select {
	case r.looking <- look{u, begin}:
	case <-r.CloseSign:
	}
}
