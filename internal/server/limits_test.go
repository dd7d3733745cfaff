package server_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/chattest"
	"gochatting/internal/message"
)

// untilRefused does something until it is refused with a code, and gives how often it could be done.
func untilRefused(t testing.TB, code string, most int, do func(i int, f *failure) (status int)) (done int) {
	t.Helper()
	for i := range most {
		var f failure
		if status := do(i, &f); status >= 300 {
			require.Equal(t, code, f.Error.Code, f.Error.Text)
			assert.NotEmpty(t, f.Error.Text)
			if code == message.CodeSlowDown {
				assert.Equal(t, http.StatusTooManyRequests, status)
				assert.Positive(t, f.Error.RetryAfter)
			} else {
				assert.Equal(t, http.StatusUnprocessableEntity, status)
			}
			return i
		}
	}
	t.Fatalf("%d times, and no end", most)
	return 0
}

func TestHostile20ActsOfOneUser(t *testing.T) {
	s := open(t, limited, noUpstream)
	ann := chattest.Join(t, s.URL, "ann@example.com")
	ben := chattest.Join(t, s.URL, "ben@example.com")
	said := ann.SayIn(message.Lobby, "hello")
	at := fmt.Sprintf("/api/v1/rooms/lobby/messages/%d", said.ID)
	n := untilRefused(t, message.CodeSlowDown, 10_000, func(i int, f *failure) int {
		switch i % 5 {
		case 0:
			return ann.Put(at+"/reactions/👍", "", f)
		case 1:
			return ann.Delete(at+"/reactions/👍", f)
		case 2:
			return ann.Patch(at, fmt.Sprintf(`{"Content":"%d"}`, i), f)
		case 3:
			return ann.Put("/api/v1/rooms/lobby/read", `{"ID":1}`, f)
		default:
			return ann.Put("/api/v1/rooms/lobby/involvement", `{"Involvement":"all"}`, f)
		}
	})
	assert.GreaterOrEqual(t, n, 60)
	assert.Equal(t, http.StatusOK, ann.Get(at, nil), "she may read on")
	assert.Equal(t, http.StatusOK, ben.Put(at+"/pin", "", nil), "and others go on")
}

func TestHostile20NewRoomsOfOneUser(t *testing.T) {
	s := open(t, limited, noUpstream)
	ann := chattest.Join(t, s.URL, "ann@example.com")
	n := untilRefused(t, message.CodeSlowDown, 1000, func(i int, f *failure) int {
		return ann.Post("/api/v1/rooms", fmt.Sprintf(`{"Kind":"private","Name":"%d"}`, i), f)
	})
	assert.Equal(t, 10, n)
	assert.Equal(t, http.StatusTooManyRequests, ann.Post("/api/v1/rooms", `{"Kind":"direct","Users":[]}`, nil), "of whatever kind")
}

// Also where no rates are limited, there is an end to how many there may be.
func TestHostile20Counts(t *testing.T) {
	s := open(t, unlimited, noUpstream)
	ann := chattest.Join(t, s.URL, "ann@example.com")
	room := ann.MakeRoom(message.PrivateRoom, "Attic").ID
	said := ann.SayIn(room, "hello")
	at := fmt.Sprintf("/api/v1/rooms/%s/messages/%d", room, said.ID)
	assert.Equal(t, 20, untilRefused(t, message.CodeLimit, 1000, func(i int, f *failure) int {
		return ann.Put(at+"/reactions/"+string(rune(0x1f400+i)), "", f)
	}), "different emoji under a message")
	assert.Equal(t, 99, untilRefused(t, message.CodeLimit, 1000, func(i int, f *failure) int {
		return ann.Post("/api/v1/rooms", fmt.Sprintf(`{"Kind":"open","Name":"%d"}`, i), f)
	}), "rooms that somebody has made")

	for what, body := range map[string]string{
		"mentions": `{"TextMessage":{"Content":"hi","Mentions":[` + strings.TrimSuffix(strings.Repeat(`"a",`, 101), ",") + `]}}`,
		"files":    `{"TextMessage":{"Content":"hi","Files":[` + strings.TrimSuffix(strings.Repeat(`{"ID":"a"},`, 11), ",") + `]}}`,
	} {
		var f failure
		assert.Equal(t, http.StatusUnprocessableEntity, ann.Post("/api/v1/rooms/"+room+"/messages", body, &f), what)
		assert.Equal(t, message.CodeLimit, f.Error.Code, what)
	}
	var f failure
	many := strings.TrimSuffix(strings.Repeat("1,", 101), ",")
	for _, path := range []string{"/rooms/" + room + "/messages?ids=", "/users?ids="} {
		assert.Equal(t, http.StatusBadRequest, ann.Get("/api/v1"+path+many, &f))
		assert.Contains(t, f.Error.Text, "100")
	}
}

// Signs have an allowance of their own: who floods with them goes, and may still say something.
func TestHostile09AFloodOfSignsIsClosed(t *testing.T) {
	t.Parallel()
	s := open(t, limited, noUpstream)
	for i, m := range []message.Message{
		{MType: message.TypingMType, Room: message.Lobby},
		{MType: message.StatusMType, Room: message.Lobby},
		{MType: message.ReadMType, Room: message.Lobby, Read: &message.Read{}},
	} {
		t.Run(m.MType, func(t *testing.T) {
			t.Parallel()
			ann := chattest.Join(t, s.URL, fmt.Sprintf("ann%d@example.com", i))
			flood := ann.Open()
			go func() {
				for i := 0; i < 100_000 && flood.TrySendMessage(m) == nil; i++ {
				}
				flood.Leave()
			}()
			code, _ := flood.CloseCode()
			assert.Equal(t, 1008, code)
			calm := ann.Open()
			calm.Say("I may speak")
			for calm.Hear().UserInfo.ID != ann.Me.ID {
			}
		})
	}
}
