package chattest

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"

	"gochatting/internal/message"
)

// A Socket is one tab of somebody, or a socket of the first dialect.
type Socket struct {
	T       testing.TB
	WS      *websocket.Conn
	Welcome message.Welcome // of the current dialect
	Me      message.User
}

// Open opens a tab: a socket of the current dialect, welcomed, that looks at the lobby.
func (p *Person) Open() *Socket { return p.OpenAt(message.Lobby) }

// OpenAt is Open for a tab that looks at another room.
func (p *Person) OpenAt(room string) *Socket {
	s, response, err := p.dial(p.as("/chat?room="+room), http.Header{"Origin": {p.Base}}, "gochatting.v1")
	require.NoError(p.T, err, "%v", response)
	welcome := s.Read()
	require.Equal(p.T, message.WelcomeMType, welcome.MType, "the welcome comes first")
	s.Welcome = *welcome.Welcome
	return s
}

// Dial tries to open a socket of Me with just these headers, the cookies and these subprotocols.
func (p *Person) Dial(header http.Header, subprotocols ...string) (*Socket, *http.Response, error) {
	return p.dial(p.as("/chat"), header, subprotocols...)
}

// DialFirst tries to open a socket of the first dialect with the browser's cookies.
func (p *Person) DialFirst(email string, header http.Header) (*Socket, *http.Response, error) {
	return p.dial("/chat?email="+url.QueryEscape(email), header)
}

// First opens a socket of the first dialect, as a program without cookies.
func First(t testing.TB, base, email string) *Socket {
	s, response, err := TryFirst(t, base, email, nil)
	require.NoError(t, err, "%v", response)
	return s
}

// TryFirst is First for who may not be let in.
func TryFirst(t testing.TB, base, email string, header http.Header) (*Socket, *http.Response, error) {
	return dial(t, websocket.Dialer{}, base+"/chat?email="+url.QueryEscape(email), header, message.User{})
}

// dial goes the way that the browser's requests go, with its cookies.
func (p *Person) dial(path string, header http.Header, subprotocols ...string) (*Socket, *http.Response, error) {
	dialer := websocket.Dialer{Jar: p.HTTP.Jar, Subprotocols: subprotocols}
	if way, is := p.HTTP.Transport.(*http.Transport); is {
		dialer.NetDialContext = way.DialContext
		if dialer.TLSClientConfig = way.TLSClientConfig.Clone(); dialer.TLSClientConfig != nil {
			dialer.TLSClientConfig.NextProtos = []string{"http/1.1"} // requests may go by HTTP/2, which has no Upgrade
		}
	}
	return dial(p.T, dialer, p.Base+path, header, p.Me)
}

func dial(t testing.TB, dialer websocket.Dialer, address string, header http.Header, me message.User) (*Socket, *http.Response, error) {
	dialer.HandshakeTimeout = Patience
	ws, response, err := dialer.Dial("ws"+strings.TrimPrefix(address, "http"), header)
	if err != nil {
		return nil, response, err
	}
	t.Cleanup(func() { ws.Close() })
	return &Socket{T: t, WS: ws, Me: me}, response, nil
}

// Read waits for the next message of any kind.
func (s *Socket) Read() message.Message {
	m, err := s.TryRead()
	require.NoError(s.T, err)
	return m
}

// TryRead is Read for a socket that may be closed.
func (s *Socket) TryRead() (m message.Message, err error) {
	if err := s.WS.SetReadDeadline(time.Now().Add(Patience)); err != nil {
		return m, err
	}
	_, data, err := s.WS.ReadMessage()
	if err != nil {
		return m, err
	}
	return m, json.Unmarshal(data, &m)
}

// Next waits for the next message of a kind, passing over others.
func (s *Socket) Next(mtype string) message.Message {
	for {
		if m := s.Read(); m.MType == mtype {
			return m
		}
	}
}

// Hear waits for a text and gives it.
func (s *Socket) Hear() *message.TextMessage { return s.Next(message.TextMType).TextMessage }

// Await reads until a status fulfils what is waited for.
func (s *Socket) Await(fulfils func(message.UserStatus) bool) message.UserStatus {
	for {
		if m := s.Next(message.StatusMType); fulfils(*m.UserStatus) {
			return *m.UserStatus
		}
	}
}

// Say says something in the lobby, in the current dialect, under a new Ref.
func (s *Socket) Say(content string) (ref string) { return s.SayIn(message.Lobby, content) }

// SayIn is Say in another room.
func (s *Socket) SayIn(room, content string) (ref string) {
	ref = rand.Text()
	s.SendMessage(text(room, ref, content))
	return ref
}

// SayAs is Say under a Ref of one's own.
func (s *Socket) SayAs(ref, content string) {
	require.NoError(s.T, s.TrySay(ref, content))
}

// TrySay is SayAs for a socket that may be closed.
func (s *Socket) TrySay(ref, content string) error {
	return s.TrySendMessage(text(message.Lobby, ref, content))
}

func text(room, ref, content string) message.Message {
	return message.Message{MType: message.TextMType, Room: room, Ref: ref, TextMessage: &message.TextMessage{Content: content}}
}

// Watch looks at another room.
func (s *Socket) Watch(room string) {
	s.SendMessage(message.Message{MType: message.StatusMType, Room: room})
}

// Type writes in a room.
func (s *Socket) Type(room string) {
	s.SendMessage(message.Message{MType: message.TypingMType, Room: room})
}

// MarkRead has read a room up to a message.
func (s *Socket) MarkRead(room string, id int64) {
	s.SendMessage(message.Message{MType: message.ReadMType, Room: room, Read: &message.Read{ID: id}})
}

// SendMessage sends one of any kind.
func (s *Socket) SendMessage(m message.Message) { require.NoError(s.T, s.TrySendMessage(m)) }

// TrySendMessage is SendMessage for a socket that may be closed.
func (s *Socket) TrySendMessage(m message.Message) error {
	data, err := json.Marshal(m)
	if err != nil {
		return err
	}
	return s.TrySend(string(data))
}

// Send sends a text frame as it is.
func (s *Socket) Send(data string) { require.NoError(s.T, s.TrySend(data)) }

// TrySend is Send for a socket that may be closed.
func (s *Socket) TrySend(data string) error {
	if err := s.WS.SetWriteDeadline(time.Now().Add(Patience)); err != nil {
		return err
	}
	return s.WS.WriteMessage(websocket.TextMessage, []byte(data))
}

// Leave closes the tab.
func (s *Socket) Leave() {
	_ = s.WS.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseNormalClosure, ""), time.Now().Add(time.Second))
	s.WS.Close()
}

// CloseCode reads until the server closes, and gives its code; 0 if it was no close frame.
func (s *Socket) CloseCode() (code int, reason string) {
	for {
		_, err := s.TryRead()
		if err == nil {
			continue
		}
		var closed *websocket.CloseError
		if errors.As(err, &closed) {
			return closed.Code, closed.Text
		}
		s.T.Logf("not closed by a frame: %v", err)
		return 0, ""
	}
}
