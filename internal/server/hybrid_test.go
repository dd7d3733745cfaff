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
	purges  []string // acts that may be undone
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
		body := []string{`{"Topic":"about %d"}`, `{"Name":"room %d"}`, `{"Archived":true,"Topic":"%d"}`, `{"Archived":false,"Topic":"%d"}`,
			`{"Slow":1,"Topic":"%d"}`, `{"Slow":0,"Topic":"%d"}`, `{"Slow":0,"Topic":"%d"}`}[w.random.IntN(7)]
		who.Patch(path, fmt.Sprintf(body, w.random.IntN(1000)), nil)
	case n < 88:
		if id := w.message(who, room); id > 0 {
			who.Put(path+"/read", fmt.Sprintf(`{"ID":%d}`, id), nil)
		}
	case n < 91:
		who.Put(path+"/involvement", fmt.Sprintf(`{"Involvement":%q}`, []string{"all", "mentions", "none"}[w.random.IntN(3)]), nil)
	case n < 96:
		w.order(who, other, path)
	default:
		if r := w.clients[w.random.IntN(len(w.clients))]; r.Connected() {
			r.Drop()
		} else {
			r.Connect()
		}
	}
}

// order has somebody keep order, or try to.
func (w *hybrid) order(who, other *chattest.Person, room string) {
	switch w.random.IntN(8) {
	case 0, 1:
		var purged struct{ Act string }
		if status := who.Post(of(other, "/purge"), "", &purged); status == http.StatusCreated && purged.Act != "" {
			w.purges = append(w.purges, purged.Act)
		}
	case 2, 3:
		if len(w.purges) > 0 {
			who.Post("/api/v1/log/"+w.purges[w.random.IntN(len(w.purges))]+"/undo", "", nil)
		}
	case 4:
		who.Put(of(other, "/mute"), `{"Minutes":5}`, nil)
	case 5:
		who.Delete(of(other, "/mute"), nil)
	case 6:
		role := []string{message.RoleModerator, message.RoleMember, message.RoleReader}[w.random.IntN(3)]
		w.people[0].Patch(of(other), fmt.Sprintf(`{"Role":%q}`, role), nil) // who is the owner
	default:
		who.Delete(room+"/members/"+other.Me.ID, nil)
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
	var you message.User
	require.Equal(w, http.StatusOK, r.Get("/api/v1/me", &you))
	if !assert.Eventually(w, func() bool { return assert.ObjectsAreEqual(you, r.You()) }, chattest.Patience, 10*time.Millisecond) {
		require.Equal(w, you, r.You(), "%s", r)
	}
	var fresh struct{ Rooms []message.Room }
	require.Equal(w, http.StatusOK, r.Get("/api/v1/rooms", &fresh))
	rooms := make(map[string]message.Room)
	for _, room := range fresh.Rooms {
		room.Membership.Read.Rev = 0
		rooms[room.ID] = unnamed(room)
	}
	if !assert.Eventually(w, func() bool { return assert.ObjectsAreEqual(rooms, byID(r.Rooms())) }, chattest.Patience, 10*time.Millisecond) {
		require.Equal(w, rooms, byID(r.Rooms()), "%s", r)
	}
	for id := range rooms {
		var said []message.TextMessage
		for _, m := range r.History(id) {
			said = append(said, *m.TextMessage)
		}
		said = byIDs(said)
		if !assert.Eventually(w, func() bool { return assert.ObjectsAreEqual(said, byIDs(r.Messages(id))) }, chattest.Patience, 10*time.Millisecond) {
			require.Equal(w, said, byIDs(r.Messages(id)), "%s in %s", r, id)
		}
	}
}

// byIDs are messages with their authors' IDs alone: what these are called and may do now, a client knows
// from the latest that it heard of each.
func byIDs(said []message.TextMessage) []message.TextMessage {
	for i := range said {
		said[i].UserInfo = message.User{ID: said[i].UserInfo.ID}
	}
	return said
}

// unnamed is a room with the IDs alone of who is in it, likewise.
func unnamed(room message.Room) message.Room {
	users := room.Users
	room.Users = nil
	for _, u := range users {
		room.Users = append(room.Users, message.User{ID: u.ID})
	}
	return room
}

func byID(list []message.Room) map[string]message.Room {
	rooms := make(map[string]message.Room)
	for _, room := range list {
		rooms[room.ID] = unnamed(room)
	}
	return rooms
}
