package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/chattest"
	"gochatting/internal/message"
)

// A fact is something about a message, or with ID 0 about a person, that only one editor changes.
type fact struct {
	ID   int64
	What string
}

const (
	content = "content"
	pin     = "pin"
	deleted = "deleted" // as a content
	yes     = "yes"
)

// facts are what is so; what is not is "" or missing.
type facts map[fact]string

func (f facts) learn(m *message.TextMessage) {
	if m.Deleted != nil {
		f[fact{m.ID, content}] = deleted
		return
	}
	f[fact{m.ID, content}] = m.Content
	if m.Pinned != nil {
		f[fact{m.ID, pin}] = yes
	}
	for _, r := range m.Reactions {
		for _, user := range r.Users {
			f[fact{m.ID, r.Emoji + user}] = yes
		}
	}
}

// An editor changes one thing after the other, and knows what of it was acknowledged.
type editor struct {
	*chattest.Person
	dice   *rand.Rand
	latest *atomic.Int64

	known    facts            // what was acknowledged
	doubt    fact             // was not, and may be
	perhaps  string           // this
	unsaid   *message.Message // was not acknowledged
	mine     []int64          // IDs of messages
	files    map[int64]string // URLs, by message
	written  []string         // every word of a content
	uploaded []string         // every word of a file that was acknowledged
	doubts   int
}

func (e *editor) word() string { return fmt.Sprintf("w%016xw", e.dice.Uint64()) }

func (e *editor) write() string {
	word := e.word()
	e.written = append(e.written, word)
	text := strings.Repeat("*"+word+"* ", 1+e.dice.IntN(100))
	if e.dice.IntN(3) == 0 {
		text += "@here"
	}
	return strings.TrimSpace(text)
}

// fileContent is what an editor puts into a file of this name.
func fileContent(name string) string {
	return strings.Repeat(strings.TrimSuffix(name, ".txt")+"\n", 500)
}

// act changes something, and is false when there was no answer.
func (e *editor) act() bool {
	if len(e.mine) == 0 || e.dice.IntN(3) == 0 {
		return e.say()
	}
	id := e.mine[e.dice.IntN(len(e.mine))]
	at := fmt.Sprintf("/api/v1/rooms/lobby/messages/%d", id)
	switch dice := e.dice.IntN(8); {
	case dice < 3:
		other := 1 + e.dice.Int64N(e.latest.Load())
		emoji := []string{"👍", "🎉"}[e.dice.IntN(2)]
		return e.toggle(fmt.Sprintf("/api/v1/rooms/lobby/messages/%d/reactions/%s", other, emoji), fact{other, emoji + e.Me.ID})
	case dice < 4:
		mark := e.dice.Int64N(e.latest.Load() + 1)
		return e.try(http.MethodPut, "/api/v1/rooms/lobby/read", fmt.Sprintf(`{"ID":%d}`, mark), fact{0, e.Me.ID}, fmt.Sprint(mark))
	case e.known[fact{id, content}] == deleted:
		return e.say()
	case dice < 5:
		return e.toggle(at+"/pin", fact{id, pin})
	case dice < 6:
		return e.try(http.MethodDelete, at, "", fact{id, content}, deleted)
	}
	text := e.write()
	return e.try(http.MethodPatch, at, fmt.Sprintf(`{"Content":%q}`, text), fact{id, content}, text)
}

func (e *editor) toggle(path string, about fact) bool {
	if e.known[about] == yes {
		return e.try(http.MethodDelete, path, "", about, "")
	}
	return e.try(http.MethodPut, path, "", about, yes)
}

// try makes a fact something else.
func (e *editor) try(method, path, body string, about fact, value string) bool {
	was := e.known[about]
	e.known[about] = was // also if it was never so, to be compared
	e.doubt, e.perhaps = about, value
	switch status, answer := e.ask(method, path, body); status {
	case 0:
		return false
	case http.StatusOK:
		e.known[about] = value
	case http.StatusNotFound, http.StatusUnprocessableEntity: // deleted meanwhile; enough of that
	default:
		assert.Fail(e.T, "refused", "%s %s: %s", method, path, answer)
	}
	e.doubt = fact{}
	return true
}

// say says something, sometimes with a file.
func (e *editor) say() bool {
	m := message.Message{MType: message.TextMType, Ref: e.word(), TextMessage: &message.TextMessage{Content: e.write()}}
	if e.dice.IntN(3) == 0 {
		name := e.word() + ".txt"
		status, answer := e.ask(http.MethodPost, "/api/v1/files?name="+name, fileContent(name))
		if status == 0 {
			return false
		}
		var f message.File
		assert.NoError(e.T, json.Unmarshal([]byte(answer), &f))
		e.uploaded = append(e.uploaded, strings.TrimSuffix(name, ".txt"))
		m.TextMessage.Files = []message.File{{ID: f.ID}}
	}
	e.unsaid = &m
	return e.post()
}

// post says what is unsaid, under its Ref.
func (e *editor) post() bool {
	body, err := json.Marshal(e.unsaid)
	require.NoError(e.T, err)
	status, answer := e.ask(http.MethodPost, "/api/v1/rooms/lobby/messages", string(body))
	if status == 0 {
		return false
	}
	var m message.Message
	if !assert.NoError(e.T, json.Unmarshal([]byte(answer), &m)) || !assert.Equal(e.T, http.StatusCreated, status, answer) {
		return false
	}
	id := m.TextMessage.ID
	e.known[fact{id, content}] = e.unsaid.TextMessage.Content
	for _, f := range m.TextMessage.Files {
		e.files[id] = f.URL
	}
	e.mine, e.unsaid = append(e.mine, id), nil
	e.latest.Store(id)
	return true
}

// ask gives 0 when there was no whole answer.
func (e *editor) ask(method, path, body string) (status int, answer string) {
	request, err := http.NewRequest(method, e.Base+path, strings.NewReader(body))
	require.NoError(e.T, err)
	response, err := e.HTTP.Do(request)
	if err != nil {
		e.doubts++
		return 0, ""
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		e.doubts++
		return 0, ""
	}
	return response.StatusCode, string(data)
}

// compare sees that what was acknowledged is so, settles what was not, and gives how many facts are
// theirs.
func (e *editor) compare(truth facts) (told int) {
	for about, known := range e.known {
		is := truth[about]
		switch {
		case about == e.doubt && is == e.perhaps:
			e.known[about] = is
		case about.What != content && truth[fact{about.ID, content}] == deleted:
			delete(e.known, about)
			continue
		default:
			require.Equal(e.T, known, is, "%v of %s", about, e.Me.Name)
		}
		if is != "" {
			told++
		}
	}
	e.doubt = fact{}
	for id, url := range e.files {
		if truth[fact{id, content}] == deleted {
			status, _ := e.ask(http.MethodGet, url, "")
			require.Equal(e.T, http.StatusNotFound, status, "a file of message %d, which is deleted", id)
			delete(e.files, id)
		}
	}
	return told
}

// count sees that what is unread for them is what the history has after their mark.
func (e *editor) count(history []message.Message, truth facts) {
	var room message.Room
	require.Equal(e.T, http.StatusOK, e.Get("/api/v1/rooms/lobby", &room))
	read := room.Membership.Read
	truth[fact{0, e.Me.ID}] = fmt.Sprint(read.ID)
	unread, mentions := 0, 0
	for _, m := range history {
		if m.TextMessage.ID <= read.ID || m.TextMessage.UserInfo.ID == e.Me.ID || m.TextMessage.Deleted != nil {
			continue
		}
		unread++
		if slices.Contains(m.TextMessage.Mentions, message.MentionHere) {
			mentions++
		}
	}
	assert.Equal(e.T, min(unread, message.MostUnread), read.Unread, "unread for %s", e.Me.Name)
	assert.Equal(e.T, min(mentions, message.MostUnread), read.Mentions, "mentions of %s", e.Me.Name)
}

// An onlooker keeps what they are shown, by ID.
type onlooker struct {
	*chattest.Person
	rev   int64 // the highest that they were shown
	shown map[int64]message.TextMessage
}

func (o *onlooker) resume(base string) *chattest.Socket {
	o.Base = base
	s := o.Open()
	for _, m := range o.Since(message.Lobby, o.rev) {
		o.keep(m.TextMessage)
	}
	return s
}

func (o *onlooker) listen(s *chattest.Socket) {
	defer s.WS.Close()
	rev := s.Welcome.Rooms[0].Rev
	for {
		m, err := s.TryRead()
		if err != nil {
			return
		}
		if m.MType == message.TextMType {
			rev++
			assert.Equal(o.T, rev, m.TextMessage.Rev, "every change is shown, in order")
			o.keep(m.TextMessage)
		}
	}
}

func (o *onlooker) keep(m *message.TextMessage) {
	o.rev = max(o.rev, m.Rev)
	if m.Rev >= o.shown[m.ID].Rev {
		o.shown[m.ID] = *m
	}
}

// compare asks for what they missed: then they have what is so, and were never shown anything else.
func (o *onlooker) compare(base string, history []message.Message) {
	before := maps.Clone(o.shown)
	o.resume(base).Leave()
	require.Len(o.T, o.shown, len(history))
	for _, m := range history {
		id := m.TextMessage.ID
		require.Equal(o.T, *m.TextMessage, o.shown[id])
		if before[id].Rev == m.TextMessage.Rev {
			require.Equal(o.T, *m.TextMessage, before[id], "as it was shown at this rev")
		}
	}
}
