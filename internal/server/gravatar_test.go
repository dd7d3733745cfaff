package server_test

import (
	"fmt"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/chattest"
	"gochatting/internal/gravatar"
	"gochatting/internal/message"
)

// An upstream that knows Ann, by the hash of her address, and nobody else.
func upstream(t *testing.T) (pictures gravatar.Config, allow func()) {
	gate := make(chan struct{})
	var once sync.Once
	allow = func() { once.Do(func() { close(gate) }) }
	hash := gravatar.Hash("ann@example.com")
	mux := http.NewServeMux()
	mux.HandleFunc("GET /avatar/"+hash, func(w http.ResponseWriter, _ *http.Request) {
		<-gate
		img := image.NewRGBA(image.Rect(0, 0, 64, 64))
		for i := range img.Pix {
			img.Pix[i] = 200
		}
		img.Set(1, 1, color.Black)
		_ = png.Encode(w, img)
	})
	mux.HandleFunc("GET /v3/profiles/"+hash, func(w http.ResponseWriter, _ *http.Request) {
		<-gate
		fmt.Fprint(w, `{"display_name":"Ann &amp; Lee\u202e"}`)
	})
	up := httptest.NewServer(mux)
	t.Cleanup(up.Close)
	t.Cleanup(allow)
	return gravatar.Config{URL: up.URL, API: up.URL + "/v3"}, allow
}

// Joining does not wait for Gravatar; when it answers, every sidebar changes.
func TestNameArrivesAfterJoining(t *testing.T) {
	pictures, allow := upstream(t)
	s := open(t, limited, pictures)
	b := chattest.Join(t, s.URL, "ben@example.com").Open()
	ann := chattest.Join(t, s.URL, "ann@example.com")
	a := ann.Open()
	assert.Equal(t, "ann", a.Welcome.You.Name)
	knows := func(name string) func(message.UserStatus) bool {
		return func(s message.UserStatus) bool {
			for _, u := range append(s.Users, s.Joined...) {
				if u.ID == ann.Me.ID && u.Name == name {
					return true
				}
			}
			return false
		}
	}
	b.Await(knows("ann"))
	allow()
	b.Await(knows("Ann & Lee"))
	a.Say("hello")
	heard := b.Hear()
	assert.Equal(t, "Ann & Lee", heard.UserInfo.Name)

	response, body := page(t, ann, heard.UserInfo.Gravatar+"&s=40")
	assert.Equal(t, http.StatusOK, response.StatusCode)
	assert.Contains(t, response.Header.Get("Content-Type"), "image/")
	assert.Contains(t, response.Header.Get("Content-Security-Policy"), "sandbox")
	img, _, err := image.Decode(strings.NewReader(body))
	require.NoError(t, err)
	assert.Equal(t, 40, img.Bounds().Dx())
	response, _ = page(t, ann, heard.UserInfo.Gravatar, "If-None-Match", response.Header.Get("ETag"))
	response, _ = page(t, ann, heard.UserInfo.Gravatar, "If-None-Match", response.Header.Get("ETag"))
	assert.Equal(t, http.StatusNotModified, response.StatusCode)

	response, body = page(t, ann, "/avatar/"+b.Me.ID+"?s=20")
	assert.Equal(t, http.StatusOK, response.StatusCode, "Ben's is drawn")
	_, _, err = image.Decode(strings.NewReader(body))
	require.NoError(t, err)
	response, _ = page(t, ann, "/avatar/nobody")
	assert.Equal(t, http.StatusNotFound, response.StatusCode)
}

// Neither an address nor its hash reaches another person, by any way, nor the log.
func TestNoEmailReachesAnybodyElse(t *testing.T) {
	pictures, allow := upstream(t)
	allow()
	s := open(t, limited, pictures)
	ann := chattest.Join(t, s.URL, "ann@example.com")
	a := ann.Open()
	old := chattest.First(t, s.URL, "old@example.com")
	ben := chattest.Join(t, s.URL, "ben@example.com")
	b := ben.Open()
	a.Say("hello")
	old.Send("hello too")
	var seen strings.Builder
	record := func(socket *chattest.Socket, texts int) {
		for texts > 0 {
			_, data, err := socket.WS.ReadMessage()
			require.NoError(t, err)
			seen.Write(data)
			if strings.Contains(string(data), message.TextMType) {
				texts--
			}
		}
	}
	record(b, 2)
	record(old, 2)
	for _, path := range []string{"/", "/rooms/lobby", "/api/v1/rooms", "/api/v1/rooms/lobby/users", "/api/v1/rooms/lobby/messages", "/avatar/" + ann.Me.ID} {
		response, body := page(t, ben, path)
		seen.WriteString(body)
		for name, values := range response.Header {
			seen.WriteString(name + strings.Join(values, " "))
		}
	}
	everything := seen.String() + s.Log.String()
	for _, email := range []string{"ann@example.com", "old@example.com"} {
		assert.NotContains(t, everything, email)
		assert.NotContains(t, everything, gravatar.Hash(email)[:16])
		assert.NotContains(t, everything, url.QueryEscape(email))
	}
	assert.NotContains(t, s.Log.String(), "hello", "contents are not logged")
	assert.Contains(t, everything, "hello too")
}
