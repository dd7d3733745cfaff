package server

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"gochatting/internal/message"
	"gochatting/internal/store"
	"gochatting/internal/user"
)

const (
	messagesPage = 50 // messages in one answer, by default, as the store has it
	messagesMost = 200

	usersPage = 100 // people in one answer, by default
	usersMost = 200
)

// A call is a route of the API: it gets the session, which everyone needs, and answers with
// what becomes JSON.
type call func(w http.ResponseWriter, r *http.Request, me store.Session) (any, error)

func (s *Server) api(answer call) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		me, err := s.auth.Who(r)
		var result any
		if err == nil {
			result, err = answer(w, r, me)
		}
		if err != nil {
			status, told := s.explain(r, err)
			retryAfter(w, told)
			s.json(w, r, status, struct{ Error *message.Error }{told})
			return
		}
		status := http.StatusOK
		if r.Method == http.MethodPost {
			status = http.StatusCreated
		}
		s.json(w, r, status, result)
	})
}

func (s *Server) json(w http.ResponseWriter, r *http.Request, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(v); err != nil && r.Context().Err() == nil {
		s.out.Debug("answer", "route", r.Pattern, "err", err)
	}
}

func (s *Server) noRoute(http.ResponseWriter, *http.Request, store.Session) (any, error) {
	return nil, &message.Error{Code: message.CodeNotFound, Text: "The API has no such route."}
}

func (s *Server) me(_ http.ResponseWriter, _ *http.Request, me store.Session) (any, error) {
	return me.User.Own(), nil
}

// newDevice makes the code that lets another browser in as the same person.
func (s *Server) newDevice(_ http.ResponseWriter, r *http.Request, me store.Session) (any, error) {
	if wait := s.codes.Take(me.User.ID); wait > 0 {
		return nil, user.SlowDown(wait)
	}
	code, expires, err := s.store.NewCode(r.Context(), me.User.ID)
	if err != nil {
		return nil, err
	}
	return struct {
		Code    string
		Expires time.Time
	}{code, expires}, nil
}

func (s *Server) listRooms(_ http.ResponseWriter, r *http.Request, me store.Session) (any, error) {
	rooms, err := s.store.Rooms(r.Context(), me.User.ID)
	return struct{ Rooms []message.Room }{rooms}, err
}

func (s *Server) showRoom(_ http.ResponseWriter, r *http.Request, me store.Session) (any, error) {
	return s.store.Room(r.Context(), me.User.ID, r.PathValue("room"))
}

func (s *Server) listUsers(_ http.ResponseWriter, r *http.Request, me store.Session) (any, error) {
	room, err := s.store.Room(r.Context(), me.User.ID, r.PathValue("room"))
	if err != nil {
		return nil, err
	}
	query := r.URL.Query()
	limit, err := number(query, "limit", usersPage)
	if err != nil {
		return nil, err
	}
	here, err := s.rooms.Here(r.Context(), room.ID, query.Get("after"), int(min(max(limit, 1), usersMost)))
	if err != nil {
		return nil, err
	}
	return struct {
		Users  []message.User
		Online int
	}{append([]message.User{}, here.Users...), here.Online}, nil
}

// listMessages pages through a room by id, or follows its changes by rev; always ascending.
func (s *Server) listMessages(_ http.ResponseWriter, r *http.Request, me store.Session) (any, error) {
	ctx, viewer, room, query := r.Context(), me.User.ID, r.PathValue("room"), r.URL.Query()
	limit, err := number(query, "limit", 0)
	if err != nil {
		return nil, err
	}
	list, from := s.store.Before, int64(math.MaxInt64)
	switch {
	case query.Has("before"):
		from, err = number(query, "before", 0)
		from = max(from, 1) // nothing comes before 0; to the store that would mean the latest
	case query.Has("after"):
		list = s.store.After
		from, err = number(query, "after", 0)
	case query.Has("since"):
		list = s.store.Since
		from, err = number(query, "since", 0)
		if said, known := s.since(room, from, limit); err == nil && known {
			return said, nil
		}
	}
	if err != nil {
		return nil, err
	}
	said, err := list(ctx, viewer, room, from, int(min(limit, math.MaxInt32)))
	return struct{ Messages []message.Message }{append([]message.Message{}, said...)}, err
}

// since answers from memory what thousands may ask at the same time: the latest messages of an
// awake room, which is one that everybody may hear.
func (s *Server) since(room string, rev, limit int64) (said any, known bool) {
	if limit == 0 {
		limit = messagesPage
	}
	frames, known := s.rooms.Since(room, rev, int(min(limit, messagesMost)))
	list := make([]json.RawMessage, len(frames))
	for i, f := range frames {
		list[i] = f.Payload()
	}
	return struct{ Messages []json.RawMessage }{list}, known
}

// postMessage says something without a socket: for bots and scripts. The body is the Message
// that would go up the socket.
func (s *Server) postMessage(w http.ResponseWriter, r *http.Request, me store.Session) (any, error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, int64(s.frameBytes())))
	if err != nil {
		return nil, fmt.Errorf("server: read a message: %w", err)
	}
	if wait := s.speech.Take(me.User.ID); wait > 0 {
		return nil, user.SlowDown(wait)
	}
	said, err := message.Parse(body)
	if err != nil {
		return nil, err
	}
	room := r.PathValue("room")
	if said.TextMessage == nil || said.MType != "" && said.MType != message.TextMType || said.Room != "" && said.Room != room {
		return nil, &message.Error{Code: message.CodeInvalid, Text: "Send a Message with a TextMessage, for the room of the address."}
	}
	said.Room = room
	posted, _, err := s.rooms.Say(r.Context(), me.User.Public(), said)
	return posted, err
}

// number reads a parameter that must be a whole number.
func number(query url.Values, key string, preset int64) (int64, error) {
	if !query.Has(key) {
		return preset, nil
	}
	n, err := strconv.ParseInt(query.Get(key), 10, 64)
	if err != nil || n < 0 {
		return 0, &message.Error{Code: message.CodeInvalid, Text: fmt.Sprintf("The parameter %s must be a whole number, 0 or more.", key)}
	}
	return n, nil
}
