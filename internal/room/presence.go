package room

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"gochatting/internal/message"
	"gochatting/internal/user"
)

const (
	presenceGather = 250 * time.Millisecond // changes are told together, so often at the most
	presenceGrace  = 5 * time.Second        // to come back in, as after a page's reload, without having left
	presenceShown  = 200                    // people in a list; of the others only the number is told
)

// presence is who is here, on whatever node, ordered by name. What is told of it is its first people and
// how many there are: a full list to whoever begins to watch, afterwards the difference, so that a
// change costs the same in a large room as in a small one.
type presence struct {
	people     map[string]*person // by user id
	order      []*person          // by name
	own        int                // those who are here on this node
	departures []departure        // by when they are due; whoever came back since has a stale one
	dirty      bool               // something is to be told
	untold     map[string]bool    // who came, left or is called otherwise on this node, which the others are to be told

	shown  []message.User // the first people as they were last told
	online int            // how many there were then
	toldAt time.Time
}

func newPresence() presence {
	return presence{people: make(map[string]*person), untold: make(map[string]bool)}
}

// A person is one entry in the list, however many sockets it has, on however many nodes.
type person struct {
	info      message.User
	key       string // info.Name as it is ordered
	sockets   []*user.OnlineUser
	due       time.Time     // when they will have left this node, once the last socket is gone
	own       *message.User // who they are as this node knows it; nil: they are on others alone
	elsewhere int           // the other nodes on which they are
}

func newPerson(info message.User) *person {
	return &person{info: info, key: strings.ToLower(info.Name)}
}

type departure struct {
	who *person
	due time.Time
}

func (p *presence) arrive(u *user.OnlineUser) {
	info := u.Info()
	who := p.entry(info)
	who.sockets = append(who.sockets, u)
	switch {
	case who.own == nil:
		who.own = &info
		p.own++
		p.untold[info.ID] = true
		p.show(who, info)
	case *who.own != info:
		p.change(info)
	}
}

// entry is somebody's in the list, made if there is none.
func (p *presence) entry(info message.User) *person {
	who, known := p.people[info.ID]
	if !known {
		who = newPerson(info)
		p.people[info.ID] = who
		p.insert(who)
		p.dirty = true
	}
	return who
}

func (p *presence) depart(u *user.OnlineUser, now time.Time) {
	who := p.people[u.Info().ID]
	who.sockets = without(who.sockets, u)
	if len(who.sockets) > 0 {
		return
	}
	if who.own.Name == "" { // they have deleted their account, and will not come back
		p.departs(who, now)
	} else {
		p.departs(who, now.Add(presenceGrace))
	}
}

func (p *presence) departs(who *person, due time.Time) {
	who.due = due
	i, _ := slices.BinarySearchFunc(p.departures, who.due, func(d departure, due time.Time) int { return d.due.Compare(due) })
	p.departures = slices.Insert(p.departures, i, departure{who, who.due})
}

// change puts a new name or picture into the list and before all of the person's sockets.
func (p *presence) change(info message.User) {
	who, known := p.people[info.ID]
	if !known {
		return
	}
	p.show(who, info)
	if who.own == nil || *who.own == info {
		return
	}
	who.own = &info
	p.untold[info.ID] = true
	for _, u := range who.sockets {
		u.SetInfo(info)
	}
	if info.Name == "" && len(who.sockets) == 0 { // as above; their sockets have ended before we were told
		p.departs(who, time.Time{})
	}
}

// show has the list say who somebody is.
func (p *presence) show(who *person, info message.User) {
	if who.info == info {
		return
	}
	p.remove(who)
	who.info, who.key = info, strings.ToLower(info.Name)
	p.insert(who)
	p.dirty = true
}

// expire removes those whose time to come back is over, and tells when the next one's will be.
func (p *presence) expire(now time.Time) (next time.Duration) {
	for len(p.departures) > 0 {
		d := p.departures[0]
		if d.who.own != nil && len(d.who.sockets) == 0 && d.who.due.Equal(d.due) {
			if wait := d.due.Sub(now); wait > 0 {
				return wait
			}
			d.who.own = nil
			p.own--
			p.untold[d.who.info.ID] = true
			p.drop(d.who)
		}
		p.departures = p.departures[1:]
	}
	return 0
}

// drop removes who is on no node any more.
func (p *presence) drop(who *person) {
	if who.own != nil || who.elsewhere > 0 {
		return
	}
	delete(p.people, who.info.ID)
	p.remove(who)
	p.dirty = true
}

// told notes what everyone knows now.
func (p *presence) told(people []message.User, online int, now time.Time) {
	p.shown, p.online, p.toldAt, p.dirty = people, online, now, false
}

// first are the people of whom more than the number is told.
func (p *presence) first() []message.User {
	return infos(p.order[:min(len(p.order), presenceShown)])
}

// difference is what changed among the first people since they were last told.
func (p *presence) difference(now []message.User) (joined, left []message.User) {
	before := make(map[string]message.User, len(p.shown))
	for _, u := range p.shown {
		before[u.ID] = u
	}
	for _, u := range now {
		if was, known := before[u.ID]; !known || was != u {
			joined = append(joined, u)
		}
		delete(before, u.ID)
	}
	for _, u := range p.shown {
		if _, gone := before[u.ID]; gone {
			left = append(left, u)
		}
	}
	return joined, left
}

// page gives people by name after one, who need not be here any more, or from the beginning.
func (p *presence) page(after *message.User, limit int) message.UserStatus {
	from := 0
	if after != nil {
		who, here := p.people[after.ID]
		if !here {
			who = newPerson(*after)
		}
		if from = p.place(who); here {
			from++
		}
	}
	to := min(from+limit, len(p.order))
	return message.UserStatus{Users: infos(p.order[from:to]), Online: len(p.order)}
}

func (p *presence) insert(who *person) {
	p.order = slices.Insert(p.order, p.place(who), who)
}

func (p *presence) remove(who *person) {
	i := p.place(who)
	p.order = slices.Delete(p.order, i, i+1)
}

func (p *presence) place(who *person) int {
	i, _ := slices.BinarySearchFunc(p.order, who, func(a, b *person) int {
		return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.info.ID, b.info.ID))
	})
	return i
}

func infos(people []*person) []message.User {
	users := make([]message.User, len(people))
	for i, who := range people {
		users[i] = who.info
	}
	return users
}

func without(sockets []*user.OnlineUser, u *user.OnlineUser) []*user.OnlineUser {
	if i := slices.Index(sockets, u); i >= 0 {
		return slices.Delete(sockets, i, i+1)
	}
	return sockets
}
