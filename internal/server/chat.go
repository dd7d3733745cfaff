package server

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"time"

	"gochatting/internal/auth"
	"gochatting/internal/message"
	"gochatting/internal/room"
	"gochatting/internal/socket"
	"gochatting/internal/store"
	"gochatting/internal/user"
)

// subprotocol is that of the current dialect; the first one has none.
const subprotocol = "gochatting.v1"

// frameBytes is how much may come in one WebSocket message, or one request: the longest content
// must find a place in it even if JSON writes each of its bytes in six.
func (s *Server) frameBytes() int { return max(64<<10, 6*s.cfg.MessageBytes+1024) }

// chat is the socket's handshake: everything that decides whether it may come in is looked at
// before the upgrade, because no middleware applies after it.
func (s *Server) chat(w http.ResponseWriter, r *http.Request) {
	dialect, err := socket.Negotiate(w, r, []string{subprotocol})
	if err != nil {
		s.out.Debug("handshake", "err", err)
		return
	}
	peer, began := s.peer(r), time.Now()
	who, err := s.admit(r, dialect)
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
	id := who.user.ID
	u := user.New(rand.Text()[:16], who.session, who.user.Public(), conn, func() time.Duration { return s.speech.Take(id) })
	u.First = dialect == ""
	s.lookups.add(who.user)
	if !s.sockets.add(u, began) {
		s.sockets.release(peer)
		u.CloseNow()
		<-conn.Done()
		return
	}
	in, err := s.enter(u, who.user)
	if err != nil {
		s.out.Error("enter a room", "user", id, "err", err)
		u.Close(socket.InternalError, "the room cannot be joined now")
	}
	// net/http's goroutine ends here, with all that is on its stack.
	go s.listen(peer, u, conn, in)
}

// listen is the rest of a socket's life, in the room it is in, if any.
func (s *Server) listen(peer auth.Peer, u *user.OnlineUser, conn *socket.Conn, in *room.ActiveRoom) {
	err := u.PullFromClient(s.sockets.ctx, s.rooms)
	s.depart(peer, u, conn, in, err)
}

func (s *Server) depart(peer auth.Peer, u *user.OnlineUser, conn *socket.Conn, in *room.ActiveRoom, why error) {
	s.out.Debug("a socket ended", "user", u.Info().ID, "why", why)
	if in != nil {
		in.Leave(u)
	}
	u.Wait()
	<-conn.Done()
	s.sockets.remove(peer, u)
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
func (s *Server) admit(r *http.Request, dialect string) (admitted, error) {
	// Browsers always send Origin, and only they have cookies.
	browser := r.Header.Get("Origin") != "" || r.Header.Get("Cookie") != ""
	if browser && !auth.SameOrigin(r, s.cfg.BaseURL) {
		return admitted{}, &message.Error{Code: message.CodeForbidden, Text: "A page of another site may not connect here."}
	}
	if dialect == "" && r.URL.Query().Has("email") {
		return s.admitFirst(r)
	}
	me, err := s.auth.Who(r)
	return admitted{me.User, me.ID}, err
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
	if _, err := s.store.UserByEmail(r.Context(), email); errors.Is(err, store.ErrNotFound) {
		if wait := s.joins.Take(s.peer(r)); wait > 0 {
			return admitted{}, user.SlowDown(wait)
		}
	}
	guest, err := s.auth.Guest(r.Context(), email)
	if errors.Is(err, store.ErrHeld) {
		return admitted{}, &message.Error{
			Code: message.CodeSignedOut,
			Text: "Somebody holds this address here. If it is you: open the first page and join with a code from your other browser.",
		}
	}
	return admitted{guest, guestSession(guest.ID)}, err
}

// guestSession is what the first dialect's sockets stand on: until a browser takes the address.
func guestSession(userID string) string { return "guest " + userID }

func (s *Server) socketOptions() socket.Options {
	o := socket.Options{Subprotocols: []string{subprotocol}, MaxMessage: s.frameBytes()}
	if !s.cfg.Limits {
		o.ControlRate = -1
	}
	return o
}

// enter has somebody in their room, welcomed.
func (s *Server) enter(u *user.OnlineUser, who store.User) (*room.ActiveRoom, error) {
	ctx := s.sockets.ctx // not the request's, which is over once it is upgraded
	in, rev, err := s.rooms.Join(ctx, message.Lobby, u)
	if err != nil {
		return nil, err
	}
	welcome, err := s.welcome(ctx, u, who, rev)
	if err != nil {
		in.Leave(u)
		return nil, err
	}
	u.Greet(welcome)
	return in, nil
}

// welcome is the first frame of the current dialect; the first one has none.
func (s *Server) welcome(ctx context.Context, u *user.OnlineUser, me store.User, rev int64) (*message.Frame, error) {
	if u.First {
		return nil, nil
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
