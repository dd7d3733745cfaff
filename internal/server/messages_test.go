package server_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/chattest"
	"gochatting/internal/message"
)

func TestWhatHappensToAMessageArrivesEverywhere(t *testing.T) {
	s := open(t, unlimited, noUpstream)
	ann := chattest.Join(t, s.URL, "ann@example.com")
	ben := chattest.Join(t, s.URL, "ben@example.com")
	a, b := ann.Open(), ben.Open()
	said := ann.SayIn(message.Lobby, "I *like* it")
	at := fmt.Sprintf("/api/v1/rooms/lobby/messages/%d", said.ID)
	hear := func(rev int64) message.TextMessage {
		t.Helper()
		text := *a.Hear()
		other := *b.Hear()
		assert.Equal(t, text, other)
		assert.Equal(t, said.ID, text.ID)
		assert.Equal(t, rev, text.Rev)
		return text
	}
	text := hear(1)
	assert.Equal(t, "I *like* it", text.Content)
	assert.Equal(t, "<p>I <em>like</em> it</p>", text.HTML)

	var answer message.Message
	require.Equal(t, http.StatusOK, ben.Put(at+"/reactions/👍", "", &answer))
	text = hear(2)
	assert.Equal(t, []message.Reaction{{Emoji: "👍", Users: []string{ben.Me.ID}}}, text.Reactions)
	assert.Equal(t, text.Reactions, answer.TextMessage.Reactions)
	require.Equal(t, http.StatusOK, ben.Delete(at+"/reactions/👍", nil))
	assert.Empty(t, hear(3).Reactions)
	require.Equal(t, http.StatusOK, ben.Put(at+"/pin", "", nil))
	assert.NotNil(t, hear(4).Pinned)
	var pins struct{ Messages []message.Message }
	require.Equal(t, http.StatusOK, ann.Get("/api/v1/rooms/lobby/pins", &pins))
	require.Len(t, pins.Messages, 1)
	require.Equal(t, http.StatusOK, ann.Delete(at+"/pin", nil))
	assert.Nil(t, hear(5).Pinned)

	require.Equal(t, http.StatusOK, ann.Patch(at, `{"Content":"I **love** it, @ben"}`, &answer))
	text = hear(6)
	assert.Equal(t, "I **love** it, @ben", text.Content)
	assert.Contains(t, text.HTML, "<strong>love</strong>")
	assert.Equal(t, []string{ben.Me.ID}, text.Mentions)
	assert.NotNil(t, text.Edited)
	var f failure
	assert.Equal(t, http.StatusForbidden, ben.Patch(at, `{"Content":"mine"}`, &f))
	assert.Equal(t, http.StatusForbidden, ben.Delete(at, &f))
	assert.Equal(t, http.StatusUnprocessableEntity, ann.Patch(at, `{"Content":" "}`, &f))
	assert.Equal(t, http.StatusBadRequest, ben.Put(at+"/reactions/no", "", &f))

	require.Equal(t, http.StatusOK, ann.Delete(at, &answer))
	text = hear(7)
	assert.NotNil(t, text.Deleted)
	assert.Empty(t, text.Content+text.HTML)
	assert.NotNil(t, answer.TextMessage.Deleted)
	assert.Equal(t, http.StatusNotFound, ann.Patch(at, `{"Content":"again"}`, nil))
	assert.Len(t, ann.History(message.Lobby), 1)
	assert.Equal(t, http.StatusNotFound, ann.Get("/api/v1/rooms/lobby/messages/none", nil))
}

func TestMessagesByTheirIDs(t *testing.T) {
	s := open(t, unlimited, noUpstream)
	ann := chattest.Join(t, s.URL, "ann@example.com")
	for i := range 20 {
		ann.SayIn(message.Lobby, fmt.Sprint(i+1))
	}
	ids := func(query string) (list []int64) {
		t.Helper()
		var page struct{ Messages []message.Message }
		require.Equal(t, http.StatusOK, ann.Get("/api/v1/rooms/lobby/messages?"+query, &page))
		for _, m := range page.Messages {
			list = append(list, m.TextMessage.ID)
		}
		return list
	}
	assert.Equal(t, []int64{3, 7, 12}, ids("ids=7,3,12,99"))
	assert.Empty(t, ids("ids="))
	around := ids("around=10&limit=5")
	assert.Len(t, around, 5)
	assert.Equal(t, int64(10), around[2])
	var one message.Message
	require.Equal(t, http.StatusOK, ann.Get("/api/v1/rooms/lobby/messages/5", &one))
	assert.Equal(t, "5", one.TextMessage.Content)
	assert.Equal(t, http.StatusNotFound, ann.Get("/api/v1/rooms/lobby/messages/21", nil))
	assert.Equal(t, http.StatusBadRequest, ann.Get("/api/v1/rooms/lobby/messages?ids=1,x", nil))
}

func TestRepliesStayInTheirRoom(t *testing.T) {
	s := open(t, unlimited, noUpstream)
	ann := chattest.Join(t, s.URL, "ann@example.com")
	attic := ann.MakeRoom(message.PrivateRoom, "Attic").ID
	ann.SayIn(message.Lobby, "one")
	ann.SayIn(message.Lobby, "two")
	ann.SayIn(attic, "one")
	var m message.Message
	require.Equal(t, http.StatusCreated, ann.Post("/api/v1/rooms/lobby/messages", `{"TextMessage":{"Content":"yes","ReplyTo":2}}`, &m))
	assert.Equal(t, int64(2), m.TextMessage.ReplyTo)
	var f failure
	assert.Equal(t, http.StatusBadRequest, ann.Post("/api/v1/rooms/"+attic+"/messages", `{"TextMessage":{"Content":"no","ReplyTo":2}}`, &f))
	assert.Equal(t, message.CodeInvalid, f.Error.Code)
}

// Names are found in what was typed; of two people of one name the client says which one is meant; and
// nobody is mentioned in a room that they may not see.
func TestMentions(t *testing.T) {
	s := open(t, unlimited, noUpstream)
	ann := chattest.Join(t, s.URL, "ann@example.com")
	ben := chattest.Join(t, s.URL, "ben@example.com")
	other := chattest.Join(t, s.URL, "ben@example.org")
	eve := chattest.Join(t, s.URL, "eve@example.com")
	attic := ann.MakeRoom(message.PrivateRoom, "Attic", ben, other).ID
	mentions := func(room, text string) []string {
		t.Helper()
		var m message.Message
		require.Equal(t, http.StatusCreated, ann.Post("/api/v1/rooms/"+room+"/messages", `{"TextMessage":`+text+`}`, &m))
		for _, id := range m.TextMessage.Mentions {
			assert.Contains(t, m.TextMessage.HTML, id)
		}
		return m.TextMessage.Mentions
	}
	assert.ElementsMatch(t, []string{ben.Me.ID, other.Me.ID}, mentions(attic, `{"Content":"hey @Ben"}`))
	assert.Equal(t, []string{other.Me.ID}, mentions(attic, `{"Content":"hey @Ben","Mentions":["`+other.Me.ID+`"]}`))
	assert.Equal(t, []string{message.MentionHere}, mentions(attic, `{"Content":"@here look"}`))
	assert.Empty(t, mentions(attic, `{"Content":"hey @eve","Mentions":["`+eve.Me.ID+`"]}`), "she is not in it")
	assert.Equal(t, []string{eve.Me.ID}, mentions(message.Lobby, `{"Content":"hey @eve"}`))
	assert.Empty(t, mentions(message.Lobby, "{\"Content\":\"`@eve`\"}"), "that is code")
}

func TestPeopleAreFound(t *testing.T) {
	s := open(t, unlimited, noUpstream)
	ann := chattest.Join(t, s.URL, "ann@example.com")
	ben := chattest.Join(t, s.URL, "ben@example.com")
	eve := chattest.Join(t, s.URL, "eve@example.com")
	attic := ann.MakeRoom(message.PrivateRoom, "Attic", ben).ID
	names := func(query string) (list []string) {
		t.Helper()
		var found struct{ Users []message.User }
		require.Equal(t, http.StatusOK, ann.Get("/api/v1/users?"+query, &found))
		for _, u := range found.Users {
			assert.Empty(t, u.Email)
			list = append(list, u.Name)
		}
		return list
	}
	assert.Equal(t, []string{"ann", "ben", "eve"}, names(""))
	assert.Equal(t, []string{"eve"}, names("q=EV"))
	assert.Equal(t, []string{"ann", "ben"}, names("room="+attic))
	assert.ElementsMatch(t, []string{"eve", "ben"}, names("ids="+eve.Me.ID+","+ben.Me.ID+",nobody"))
	assert.Empty(t, names("ids="))
}

func TestSearchOverHTTP(t *testing.T) {
	s := open(t, unlimited, noUpstream)
	ann := chattest.Join(t, s.URL, "ann@example.com")
	for i := range 3 {
		ann.SayIn(message.Lobby, fmt.Sprintf("the red house %d", i))
	}
	ann.SayIn(message.Lobby, "the blue house")
	var found struct {
		Hits []struct {
			Seq     int64
			Message message.Message
		}
		Words []string
	}
	require.Equal(t, http.StatusOK, ann.Get("/api/v1/search?q=red+house&limit=2", &found))
	require.Len(t, found.Hits, 2)
	assert.Equal(t, "the red house 2", found.Hits[0].Message.TextMessage.Content, "newest first")
	assert.ElementsMatch(t, []string{"red", "house"}, found.Words)
	require.Equal(t, http.StatusOK, ann.Get(fmt.Sprintf("/api/v1/search?q=red+house&limit=2&before=%d", found.Hits[1].Seq), &found))
	require.Len(t, found.Hits, 1)
	require.Equal(t, http.StatusOK, ann.Get(fmt.Sprintf("/api/v1/search?q=red+house&before=%d", found.Hits[0].Seq), &found))
	assert.Empty(t, found.Hits)
}

// What is answered from memory and by the store are one, and so is who knows that there is more.
func TestSinceWithReach(t *testing.T) {
	s := open(t, unlimited, noUpstream)
	ann := chattest.Join(t, s.URL, "ann@example.com")
	a := ann.Open()
	for i := range 5 {
		ann.SayIn(message.Lobby, fmt.Sprint(i+1))
		a.Hear()
	}
	remembered := ann.SinceReach(message.Lobby, 2, 5)
	assert.Len(t, remembered, 3)
	assert.Equal(t, remembered, ann.SinceReach(message.Lobby, 2, 6), "the store is asked, and has no more")
	assert.Equal(t, remembered, ann.Since(message.Lobby, 2))
	for _, reach := range []string{"x", "-1", ""} {
		assert.Equal(t, http.StatusBadRequest, ann.Get("/api/v1/rooms/lobby/messages?since=2&reach="+reach, nil), reach)
	}
}
