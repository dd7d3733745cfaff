package chattest

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"sync"

	"gochatting/internal/message"
)

// A Replica is a client as docs/protocol.md describes it: it keeps all rooms of one person up to
// date from what its socket hears and, after it was away, from what it asks for with since. It
// never reads a room's log anew.
type Replica struct {
	*Person
	mu     sync.Mutex
	you    message.User
	rooms  map[string]*replicaRoom
	socket *Socket
	ended  chan struct{} // when the present socket is not read any more
}

type replicaRoom struct {
	info     message.Room
	messages map[int64]message.TextMessage
	rev      int64 // all up to here is in messages
	heard    int64 // the highest rev heard of
}

// Replicate makes a Replica of a person, not connected yet.
func (p *Person) Replicate() *Replica {
	return &Replica{Person: p, rooms: make(map[string]*replicaRoom)}
}

// Connect opens a socket and begins to listen.
func (r *Replica) Connect() {
	s := r.Open()
	r.socket, r.ended = s, make(chan struct{})
	go func() {
		defer close(r.ended)
		r.welcome(s.Welcome)
		for {
			m, err := s.TryRead()
			if err != nil {
				return
			}
			r.hear(m)
		}
	}()
}

// Drop loses the connection, as in a tunnel.
func (r *Replica) Drop() {
	r.socket.WS.Close()
	<-r.ended
}

// Connected says whether the socket still lives.
func (r *Replica) Connected() bool {
	select {
	case <-r.ended:
		return false
	default:
		return true
	}
}

// You is how it knows itself to stand.
func (r *Replica) You() message.User {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.you
}

// Rooms are those it knows, as GET rooms would list them, by ID.
func (r *Replica) Rooms() []message.Room {
	r.mu.Lock()
	defer r.mu.Unlock()
	var list []message.Room
	for _, room := range r.rooms {
		if room.info.Kind == message.DirectRoom && room.rev == 0 && room.info.Maker != r.Me.ID {
			continue
		}
		info := room.info
		info.Rev = room.rev
		membership := *info.Membership
		membership.Read.Rev = 0 // when it was counted does not matter
		info.Membership = &membership
		list = append(list, info)
	}
	slices.SortFunc(list, func(a, b message.Room) int { return cmp.Compare(a.ID, b.ID) })
	return list
}

// Messages are a room's, as its history would be from the beginning.
func (r *Replica) Messages(room string) []message.TextMessage {
	r.mu.Lock()
	defer r.mu.Unlock()
	var list []message.TextMessage
	if r.rooms[room] == nil {
		return nil
	}
	for _, text := range r.rooms[room].messages {
		list = append(list, text)
	}
	slices.SortFunc(list, func(a, b message.TextMessage) int { return cmp.Compare(a.ID, b.ID) })
	return list
}

func (r *Replica) welcome(w message.Welcome) {
	r.mu.Lock()
	known := r.rooms
	r.you = w.You
	r.rooms = make(map[string]*replicaRoom)
	r.mu.Unlock()
	for _, info := range w.Rooms {
		r.enter(info, known[info.ID])
	}
}

// enter takes a room among those that are heard, with what was known of it before, if anything.
func (r *Replica) enter(info message.Room, before *replicaRoom) {
	room := &replicaRoom{info: info, messages: make(map[int64]message.TextMessage), heard: info.Rev}
	if before != nil {
		room.messages, room.rev = before.messages, before.rev
	}
	r.mu.Lock()
	r.rooms[info.ID] = room
	r.mu.Unlock()
	if info.Rev > room.rev {
		for _, m := range r.SinceReach(info.ID, room.rev, info.Rev) {
			r.upsert(room, *m.TextMessage)
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	room.rev = max(room.rev, info.Rev)
}

func (r *Replica) hear(m message.Message) {
	r.mu.Lock()
	room := r.rooms[m.Room]
	r.mu.Unlock()
	switch m.MType {
	case message.TextMType:
		if room == nil {
			if room = r.find(m.Room); room == nil {
				return
			}
		}
		r.upsert(room, *m.TextMessage)
		r.count(room, *m.TextMessage)
	case message.RoomMType:
		r.change(m.Room, room, m.RoomInfo)
	case message.YouMType:
		r.mu.Lock()
		r.you = *m.You
		r.mu.Unlock()
	case message.ReadMType:
		if room != nil {
			r.setRead(room, *m.Read)
		}
	}
}

// find asks for a room that was not heard of before.
func (r *Replica) find(id string) *replicaRoom {
	var info message.Room
	if r.Get("/api/v1/rooms/"+id, &info) != http.StatusOK || info.Membership == nil {
		return nil
	}
	r.enter(info, nil)
	return r.rooms[id]
}

func (r *Replica) change(id string, room *replicaRoom, info *message.Room) {
	switch {
	case info == nil:
		r.mu.Lock()
		delete(r.rooms, id)
		r.mu.Unlock()
	case room == nil && info.Membership != nil:
		r.enter(*info, nil)
	case room == nil:
	default:
		r.mu.Lock()
		now := *info
		if now.Membership == nil {
			now.Membership = room.info.Membership
		}
		room.info = now
		r.mu.Unlock()
		if info.Membership != nil {
			r.setRead(room, info.Membership.Read)
		}
	}
}

func (r *Replica) upsert(room *replicaRoom, text message.TextMessage) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if text.Rev > room.messages[text.ID].Rev {
		room.messages[text.ID] = text
	}
	room.rev, room.heard = max(room.rev, text.Rev), max(room.heard, text.Rev)
}

// count follows the number of unread messages, where a live one changes it.
func (r *Replica) count(room *replicaRoom, text message.TextMessage) {
	read := room.info.Membership.Read
	if text.Rev <= read.Rev || text.ID <= read.ID || text.UserInfo.ID == r.Me.ID {
		return
	}
	if text.ID != text.Rev || read.Unread >= message.MostUnread {
		r.recount(room)
		return
	}
	read.Rev = text.Rev
	read.Unread++
	if slices.Contains(text.Mentions, r.Me.ID) || slices.Contains(text.Mentions, message.MentionHere) {
		read.Mentions++
	}
	r.setRead(room, read)
}

// setRead takes counts, unless they are older than what was heard: then it asks for newer ones.
func (r *Replica) setRead(room *replicaRoom, read message.Read) {
	if read.Rev < room.heard {
		r.recount(room)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	membership := *room.info.Membership
	membership.Read = read
	room.info.Membership = &membership
}

func (r *Replica) recount(room *replicaRoom) {
	var info message.Room
	if r.Get("/api/v1/rooms/"+room.info.ID, &info) != http.StatusOK || info.Membership == nil {
		return // no longer in it, as a room_mtype will tell
	}
	r.setRead(room, info.Membership.Read)
}

// String names it in a failing test.
func (r *Replica) String() string { return fmt.Sprintf("the client of %s", r.Me.Name) }
