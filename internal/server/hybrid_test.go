package server_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/chattest"
	"gochatting/internal/message"
)

// Whatever people do, and whenever clients lose their connection, in the end every client holds what a
// fresh one would fetch: the same messages, rooms, names and counts.
func TestHybridStateEqualsRefetchedState(t *testing.T) {
	t.Parallel()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	w := newHybrid(t, rand.New(rand.NewPCG(seed, seed)))
	for range 600 {
		w.step()
	}
	for _, r := range w.clients {
		if !r.Connected() {
			r.Connect()
		}
	}
	for _, r := range w.clients {
		w.settle(r)
	}
}

// A hybrid is some people, each with two clients, and the rooms that they have made so far.
type hybrid struct {
	*testing.T
	random  *rand.Rand
	people  []*chattest.Person
	clients []*chattest.Replica
	rooms   []string
}

func newHybrid(t *testing.T, random *rand.Rand) *hybrid {
	s := open(t, unlimited, noUpstream)
	w := &hybrid{T: t, random: random, rooms: []string{message.Lobby}}
	for _, name := range []string{"ann", "ben", "cleo", "张三"} {
		p := chattest.Join(t, s.URL, url.QueryEscape(name)[:2]+fmt.Sprint(len(w.people))+"@example.com")
		w.people = append(w.people, p)
		for range 2 {
			r := p.Replicate()
			r.Connect()
			w.clients = append(w.clients, r)
		}
	}
	return w
}

// step has somebody do something; much of it is not possible, and then refused.
func (w *hybrid) step() {
	who := w.people[w.random.IntN(len(w.people))]
	other := w.people[w.random.IntN(len(w.people))]
	room := w.rooms[w.random.IntN(len(w.rooms))]
	path := "/api/v1/rooms/" + room
	switch n := w.random.IntN(100); {
	case n < 35:
		content := []string{"hello", "*hello*", "@" + other.Me.Name + " look", "@here look", "a `b` c", "你好 👋"}[w.random.IntN(6)]
		var reply string
		if id := w.message(who, room); id > 0 && w.random.IntN(4) == 0 {
			reply = fmt.Sprintf(`,"ReplyTo":%d`, id)
		}
		who.Post(path+"/messages", fmt.Sprintf(`{"TextMessage":{"Content":%q%s}}`, content, reply), nil)
	case n < 45:
		who.Patch(w.at(who, room), fmt.Sprintf(`{"Content":"edited *%d*, @%s"}`, w.random.IntN(1000), other.Me.Name), nil)
	case n < 50:
		who.Delete(w.at(who, room), nil)
	case n < 60:
		emoji := url.PathEscape([]string{"👍", "🎉", "❤️"}[w.random.IntN(3)])
		if w.random.IntN(3) > 0 {
			who.Put(w.at(who, room)+"/reactions/"+emoji, "", nil)
		} else {
			who.Delete(w.at(who, room)+"/reactions/"+emoji, nil)
		}
	case n < 63:
		if w.random.IntN(2) > 0 {
			who.Put(w.at(who, room)+"/pin", "", nil)
		} else {
			who.Delete(w.at(who, room)+"/pin", nil)
		}
	case n < 67:
		w.make(who, other)
	case n < 72:
		who.Put(path+"/members/"+other.Me.ID, "", nil)
	case n < 76:
		who.Delete(path+"/members/me", nil)
	case n < 80:
		body := []string{`{"Topic":"about %d"}`, `{"Name":"room %d"}`, `{"Archived":true,"Topic":"%d"}`, `{"Archived":false,"Topic":"%d"}`}[w.random.IntN(4)]
		who.Patch(path, fmt.Sprintf(body, w.random.IntN(1000)), nil)
	case n < 88:
		if id := w.message(who, room); id > 0 {
			who.Put(path+"/read", fmt.Sprintf(`{"ID":%d}`, id), nil)
		}
	case n < 91:
		who.Put(path+"/involvement", fmt.Sprintf(`{"Involvement":%q}`, []string{"all", "mentions", "none"}[w.random.IntN(3)]), nil)
	default:
		if r := w.clients[w.random.IntN(len(w.clients))]; r.Connected() {
			r.Drop()
		} else {
			r.Connect()
		}
	}
}

func (w *hybrid) make(who, other *chattest.Person) {
	kind := []string{message.OpenRoom, message.PrivateRoom, message.DirectRoom}[w.random.IntN(3)]
	body := fmt.Sprintf(`{"Kind":%q,"Name":"room %d"}`, kind, w.random.IntN(1000))
	if kind == message.DirectRoom {
		body = fmt.Sprintf(`{"Kind":%q,"Users":[%q]}`, kind, other.Me.ID)
	}
	var made message.Room
	if status := who.Post("/api/v1/rooms", body, &made); status < 300 {
		w.rooms = append(w.rooms, made.ID)
	}
}

// message is the id of one in the room, 0 if there is none that who may see.
func (w *hybrid) message(who *chattest.Person, room string) int64 {
	var page struct{ Messages []message.Message }
	if who.Get("/api/v1/rooms/"+room+"/messages?limit=20", &page) != http.StatusOK || len(page.Messages) == 0 {
		return 0
	}
	return page.Messages[w.random.IntN(len(page.Messages))].TextMessage.ID
}

func (w *hybrid) at(who *chattest.Person, room string) string {
	return fmt.Sprintf("/api/v1/rooms/%s/messages/%d", room, w.message(who, room))
}

// settle waits until a client holds what it would fetch anew.
func (w *hybrid) settle(r *chattest.Replica) {
	var fresh struct{ Rooms []message.Room }
	require.Equal(w, http.StatusOK, r.Get("/api/v1/rooms", &fresh))
	rooms := make(map[string]message.Room)
	for _, room := range fresh.Rooms {
		room.Membership.Read.Rev = 0
		rooms[room.ID] = room
	}
	if !assert.Eventually(w, func() bool { return assert.ObjectsAreEqual(rooms, byID(r.Rooms())) }, chattest.Patience, 10*time.Millisecond) {
		require.Equal(w, rooms, byID(r.Rooms()), "%s", r)
	}
	for id := range rooms {
		var said []message.TextMessage
		for _, m := range r.History(id) {
			said = append(said, *m.TextMessage)
		}
		if !assert.Eventually(w, func() bool { return assert.ObjectsAreEqual(said, r.Messages(id)) }, chattest.Patience, 10*time.Millisecond) {
			require.Equal(w, said, r.Messages(id), "%s in %s", r, id)
		}
	}
}

func byID(list []message.Room) map[string]message.Room {
	rooms := make(map[string]message.Room)
	for _, room := range list {
		rooms[room.ID] = room
	}
	return rooms
}
