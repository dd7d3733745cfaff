package server

import (
	"context"
	"encoding/json"
	"math"
	"net/http"
	"net/url"
	"strconv"

	"gochatting/internal/message"
	"gochatting/internal/store"
)

const (
	messagesPage = 50 // messages in one answer, by default, as the store has it
	messagesMost = 200
)

// listMessages pages through a room by id, or follows its changes by rev; always ascending.
func (s *Server) listMessages(_ http.ResponseWriter, r *http.Request, me store.Session) (any, error) {
	ctx, viewer, room, query := r.Context(), me.User.ID, r.PathValue("room"), r.URL.Query()
	n, err := limit(query)
	if err != nil {
		return nil, err
	}
	list, from := s.store.Before, int64(math.MaxInt64)
	switch {
	case query.Has("ids"):
		return s.namedMessages(r, me)
	case query.Has("before"):
		from, err = number(query, "before", 0)
		from = max(from, 1) // nothing comes before 0; to the store that would mean the latest
	case query.Has("after"):
		list = s.store.After
		from, err = number(query, "after", 0)
	case query.Has("around"):
		list = s.store.Around
		from, err = number(query, "around", 0)
	case query.Has("since"):
		list = s.store.Since
		if from, err = number(query, "since", 0); err != nil {
			return nil, err
		}
		var reach int64
		if reach, err = number(query, "reach", 0); err != nil {
			return nil, err
		}
		if said, known := s.since(viewer, room, from, reach, n); known {
			return said, nil
		}
	}
	if err != nil {
		return nil, err
	}
	said, err := list(ctx, viewer, room, from, n)
	return messages(said), err
}

// since answers from memory what thousands may ask at the same time: the latest messages of a room
// that they hear, if they reach as far as the viewer knows that there are any.
func (s *Server) since(viewer, room string, rev, reach int64, limit int) (said any, known bool) {
	if limit == 0 {
		limit = messagesPage
	}
	frames, known := s.rooms.Since(viewer, room, rev, reach, min(limit, messagesMost))
	list := make([]json.RawMessage, len(frames))
	for i, f := range frames {
		list[i] = f.Payload()
	}
	return struct{ Messages []json.RawMessage }{list}, known
}

func (s *Server) namedMessages(r *http.Request, me store.Session) (any, error) {
	named, err := listed(r.URL.Query(), "ids")
	if err != nil {
		return nil, err
	}
	ids := make([]int64, len(named))
	for i, id := range named {
		if ids[i], err = number(url.Values{"ids": {id}}, "ids", 0); err != nil {
			return nil, err
		}
	}
	said, err := s.store.Messages(r.Context(), me.User.ID, r.PathValue("room"), ids)
	return messages(said), err
}

func messages(said []message.Message) any {
	return struct{ Messages []message.Message }{list(said)}
}

// postMessage says something without a socket: for bots and scripts. The body is the Message
// that would go up the socket.
func (s *Server) postMessage(w http.ResponseWriter, r *http.Request, me store.Session) (any, error) {
	data, err := s.read(w, r)
	if err != nil {
		return nil, err
	}
	said, err := message.Parse(data)
	if err != nil {
		return nil, err
	}
	room := r.PathValue("room")
	if said.TextMessage == nil || said.MType != "" && said.MType != message.TextMType || said.Room != "" && said.Room != room {
		return nil, &message.Error{Code: message.CodeInvalid, Text: "Send a Message with a TextMessage, for the room of the address."}
	}
	said.Room = room
	posted, _, err := s.rooms.Say(r.Context(), me.User.Public(), said)
	return created{posted}, err
}

func (s *Server) showMessage(_ http.ResponseWriter, r *http.Request, me store.Session) (any, error) {
	id, err := messageID(r)
	if err != nil {
		return nil, err
	}
	return s.store.Message(r.Context(), me.User.ID, r.PathValue("room"), id)
}

func (s *Server) editMessage(w http.ResponseWriter, r *http.Request, me store.Session) (any, error) {
	id, err := messageID(r)
	if err != nil {
		return nil, err
	}
	words, err := body[struct {
		Content  string
		Mentions []string
	}](s, w, r)
	if err != nil {
		return nil, err
	}
	return s.rooms.Edit(r.Context(), me.User.ID, r.PathValue("room"), id, words.Content, words.Mentions)
}

// deleteMessage answers with the trace that stays.
func (s *Server) deleteMessage(_ http.ResponseWriter, r *http.Request, me store.Session) (any, error) {
	id, err := messageID(r)
	if err != nil {
		return nil, err
	}
	// Also for who does not wait: what is left to delete must be known.
	trace, blobs, err := s.store.Delete(context.WithoutCancel(r.Context()), me.User.ID, r.PathValue("room"), id)
	if err != nil {
		return nil, err
	}
	s.dropBlobs(blobs)
	return trace, nil
}

// messageID is which message of a room an address names. One that is no number names none.
func messageID(r *http.Request) (int64, error) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return 0, store.ErrNotFound
	}
	return id, nil
}
