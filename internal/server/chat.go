package server

import (
	"crypto/rand"
	"errors"
	"net/http"
	"net/url"
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
// must find a place in it even if JSON writes each of its bytes in six, beside files and mentions.
func (s *Server) frameBytes() int { return max(64<<10, 6*s.cfg.MessageBytes+frameRest) }

const frameRest = 12 << 10

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
	if err == nil {
		err = s.sockets.reserve(who.user.ID, peer)
	}
	crowded := dialect != "" && errors.Is(err, errManyTabs)
	if err != nil && !crowded {
		status, told := s.explain(r, err)
		retryAfter(w, told)
		http.Error(w, told.Text, status)
		return
	}
	conn, err := socket.Upgrade(w, r, s.socketOptions())
	if crowded && err == nil { // no page is told why a handshake is refused
		conn.Close(socket.TryAgainLater, tooMany)
		<-conn.Done()
		return
	}
	if err != nil {
		if !crowded {
			s.sockets.release(who.user.ID, peer)
		}
		s.out.Debug("handshake", "err", err)
		return
	}
	id := who.user.ID
	u := user.New(rand.Text()[:16], who.session, who.user.Public(), conn, s.pace.of(id, peer))
	u.First = dialect == ""
	s.lookups.add(who.user)
	if !s.sockets.add(u, began) {
		s.sockets.release(id, peer)
		u.CloseNow()
		<-conn.Done()
		return
	}
	stay, err := s.enter(u, r.URL.Query())
	if err != nil {
		s.out.Error("enter", "user", id, "err", err)
		u.Close(socket.InternalError, "no room can be joined now")
		go s.depart(peer, u, conn)
		return
	}
	// net/http's goroutine ends here, with all that is on its stack.
	go s.listen(peer, u, conn, stay)
}

// listen is the rest of a socket's life.
func (s *Server) listen(peer auth.Peer, u *user.OnlineUser, conn *socket.Conn, stay *room.Stay) {
	err := u.PullFromClient(s.sockets.ctx, stay)
	s.out.Debug("a socket ended", "user", u.Info().ID, "why", err)
	stay.End()
	s.depart(peer, u, conn)
}

func (s *Server) depart(peer auth.Peer, u *user.OnlineUser, conn *socket.Conn) {
	u.Wait()
	<-conn.Done()
	s.sockets.remove(peer, u)
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
		if me.User.Email == email && s.auth.MayAct(me.User) {
			return admitted{me.User, me.ID}, nil
		}
	}
	if s.cfg.Join != "" && s.cfg.Join != store.JoinOpen {
		return admitted{}, &message.Error{Code: message.CodeSignedOut, Text: "An address alone lets nobody in here. Please open the first page and join there."}
	}
	if _, err := s.store.UserByEmail(r.Context(), email); errors.Is(err, store.ErrNotFound) {
		if wait := s.pace.joins.Take(s.peer(r)); wait > 0 {
			return admitted{}, user.SlowDown(wait)
		}
	}
	guest, err := s.auth.Guest(r, email)
	if errors.Is(err, store.ErrHeld) {
		return admitted{}, &message.Error{
			Code: message.CodeSignedOut,
			Text: "Somebody holds this address here. If it is you: open the first page and join with a code from your other browser.",
		}
	}
	return admitted{guest, guestSession(guest.ID)}, err
}

// guestSession is what the first dialect's sockets stand on: until a browser takes the address.
func guestSession(userID string) string { return guestPrefix + userID }

const guestPrefix = "guest "

func (s *Server) socketOptions() socket.Options {
	o := socket.Options{Subprotocols: []string{subprotocol}, MaxMessage: s.frameBytes()}
	if !s.cfg.Limits {
		o.ControlRate = -1
	}
	return o
}

// enter has somebody in their rooms, welcomed, looking at the one that the query names.
func (s *Server) enter(u *user.OnlineUser, query url.Values) (*room.Stay, error) {
	watch := message.Lobby
	if query.Has("room") {
		watch = query.Get("room")
	}
	// The request's context is over once it is upgraded.
	stay, welcome, err := s.rooms.Enter(s.sockets.ctx, u, watch)
	if err != nil {
		return nil, err
	}
	first, err := s.welcome(u, welcome)
	if err != nil {
		stay.End()
		return nil, err
	}
	u.Greet(first)
	return stay, nil
}

// welcome is the first frame of the current dialect; the first one has none.
func (s *Server) welcome(u *user.OnlineUser, w message.Welcome) (*message.Frame, error) {
	if u.First {
		return nil, nil
	}
	w.Rooms, w.Limits, w.Version = list(w.Rooms), s.limits(), s.cfg.Version
	return message.Encode(message.Message{MType: message.WelcomeMType, Welcome: &w})
}
