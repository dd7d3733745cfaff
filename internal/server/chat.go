package server

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"gochatting/internal/auth"
	"gochatting/internal/message"
	"gochatting/internal/socket"
	"gochatting/internal/store"
	"gochatting/internal/user"
)

const (
	subprotocol = "gochatting.v1" // of the current dialect; the first one has none
	frameBytes  = 64 << 10        // in one WebSocket message
)

// chat is the socket's handshake: everything that decides whether it may come in is looked at
// before the upgrade, because no middleware applies after it.
func (s *Server) chat(w http.ResponseWriter, r *http.Request) {
	peer := s.peer(r)
	who, err := s.admit(r)
	if err == nil && !s.sockets.reserve(peer) {
		err = errCrowd
	}
	if err != nil {
		status, told := s.explain(r, err)
		retryAfter(w, told)
		http.Error(w, told.Text, status)
		return
	}
	conn, err := socket.Upgrade(w, r, s.socketOptions())
	if err != nil {
		s.sockets.release(peer)
		s.out.Debug("handshake", "err", err)
		return
	}
	u := user.New(rand.Text()[:16], who.session, who.user.Public(), conn, func() time.Duration {
		return s.speech.Take(who.user.ID)
	})
	u.First = conn.Subprotocol() == ""
	s.lookups.add(who.user)
	s.sockets.run(peer, u, func(ctx context.Context) {
		if err := s.converse(ctx, u); err != nil {
			s.out.Debug("a socket ended", "user", u.Info().ID, "why", err)
		}
		u.Wait()
		<-conn.Done()
	})
}

var errCrowd = &message.Error{
	Code: message.CodeSlowDown, RetryAfter: 30,
	Text: "There are too many connections from your address. Please close some, or try again later.",
}

// A guest or member who is let in: session is what the socket stands on.
type admitted struct {
	user    store.User
	session string
}

// admit decides whether a handshake may become a socket, and whose.
func (s *Server) admit(r *http.Request) (admitted, error) {
	foreign := &message.Error{Code: message.CodeForbidden, Text: "A page of another site may not connect here."}
	if r.Header.Get("Origin") != "" || auth.HasCookie(r) {
		// Browsers always send Origin, and only they have cookies.
		if !auth.SameOrigin(r, s.cfg.BaseURL) {
			return admitted{}, foreign
		}
	}
	if !firstDialect(r) {
		me, err := s.auth.Who(r)
		return admitted{me.User, me.ID}, err
	}
	return s.admitFirst(r)
}

// admitFirst lets in a socket of the first dialect, which names itself by an address: one that
// its browser is signed in with, or one that nobody holds.
func (s *Server) admitFirst(r *http.Request) (admitted, error) {
	email, err := auth.ParseEmail(r.URL.Query().Get("email"))
	if err != nil {
		return admitted{}, &message.Error{Code: message.CodeInvalid, Text: "Connect to /chat?email=name@example.com."}
	}
	people, err := s.auth.People(r)
	if err != nil {
		return admitted{}, err
	}
	for _, me := range people {
		if me.User.Email == email {
			return admitted{me.User, me.ID}, nil
		}
	}
	if wait := s.joins.Take(s.peer(r)); wait > 0 {
		return admitted{}, user.SlowDown(wait)
	}
	guest, err := s.auth.Guest(r.Context(), email)
	if errors.Is(err, store.ErrHeld) {
		return admitted{}, &message.Error{
			Code: message.CodeSignedOut,
			Text: "Somebody holds this address here. If it is you: open the first page and join with a code from your other browser.",
		}
	}
	return admitted{guest, guestSession(email)}, err
}

// guestSession is what the first dialect's sockets stand on: until a browser takes the address.
func guestSession(email string) string { return "guest " + email }

// firstDialect reports whether the client offers no subprotocol, as the 2012 page does.
func firstDialect(r *http.Request) bool {
	return !slices.ContainsFunc(r.Header.Values("Sec-WebSocket-Protocol"), func(offer string) bool {
		return strings.TrimSpace(offer) != ""
	})
}

func (s *Server) socketOptions() socket.Options {
	o := socket.Options{Subprotocols: []string{subprotocol}, MaxMessage: frameBytes}
	if !s.cfg.Limits {
		o.ControlRate = -1
	}
	return o
}

// converse is a socket's life in its room.
func (s *Server) converse(ctx context.Context, u *user.OnlineUser) error {
	room, rev, err := s.rooms.Join(ctx, message.Lobby, u)
	if err != nil {
		u.Close(socket.InternalError, "the room cannot be joined now")
		return err
	}
	defer room.Leave(u)
	welcome, err := s.welcome(ctx, u, rev)
	if err != nil {
		u.Close(socket.InternalError, "no welcome")
		return err
	}
	u.Greet(welcome)
	return u.PullFromClient(ctx, s.rooms)
}

// welcome is the first frame of the current dialect; the first one has none.
func (s *Server) welcome(ctx context.Context, u *user.OnlineUser, rev int64) (*message.Frame, error) {
	if u.First {
		return nil, nil
	}
	me, err := s.store.User(ctx, u.Info().ID)
	if err != nil {
		return nil, err
	}
	rooms, err := s.store.Rooms(ctx, me.ID)
	if err != nil {
		return nil, err
	}
	for i := range rooms {
		if rooms[i].ID == message.Lobby {
			rooms[i].Rev = rev // what follows on this socket follows this
		}
	}
	return message.Encode(message.Message{MType: message.WelcomeMType, Welcome: &message.Welcome{
		You: me.Own(), Rooms: rooms, Limits: s.limits(), Version: s.cfg.Version,
	}})
}
