package server

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"gochatting/internal/auth"
	"gochatting/internal/message"
	"gochatting/internal/store"
	"gochatting/internal/user"
)

// mostNamed is how many things a request may ask for by their IDs.
const mostNamed = 100

// api makes a handler of a route.
func (s *Server) api(to route) http.Handler {
	return s.answering(func(w http.ResponseWriter, r *http.Request) (any, error) { return s.call(w, r, to) })
}

// answering sends what a call returns.
func (s *Server) answering(call func(w http.ResponseWriter, r *http.Request) (any, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		result, err := call(w, r)
		if err != nil {
			status, told := s.explain(r, err)
			retryAfter(w, told)
			s.json(w, r, status, struct{ Error *message.Error }{told})
			return
		}
		switch result := result.(type) {
		case written:
		case created:
			s.json(w, r, http.StatusCreated, result.what)
		default:
			s.json(w, r, http.StatusOK, result)
		}
	})
}

// call answers who is signed in, and within their allowance. What they send is read first: a session may end
// while it trickles in, and must not act any more then.
func (s *Server) call(w http.ResponseWriter, r *http.Request, to route) (any, error) {
	if to.pattern != uploading {
		data, err := s.read(w, r)
		if err != nil {
			return nil, err
		}
		r.Body = io.NopCloser(bytes.NewReader(data))
	}
	me, err := s.auth.Who(r)
	if err != nil {
		return nil, err
	}
	if to.pace != nil {
		if wait := to.pace.Take(me.User.ID, s.peer(r)); wait > 0 {
			return nil, user.SlowDown(wait)
		}
	}
	return to.answer(w, r, me)
}

// again is for a call that has taken its time: whether who asked is still signed in.
func (s *Server) again(r *http.Request, me store.Session) error {
	now, err := s.auth.Who(r)
	if err == nil && now.ID != me.ID {
		err = auth.ErrNoSession
	}
	return err
}

// created is the answer of a call that has made something: 201.
type created struct{ what any }

// written is of a call that has answered by itself: what it has to tell is no JSON.
type written struct{}

// done is the answer of a call that has nothing to tell.
type done struct{}

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

// otherMethods answers the methods that an address does not take (RFC 9110 §15.5.6).
func otherMethods(allowed string) call {
	return func(w http.ResponseWriter, _ *http.Request, _ store.Session) (any, error) {
		w.Header().Set("Allow", allowed)
		return nil, errMethod
	}
}

// body reads what a request brings as JSON, strictly.
func body[T any](s *Server, w http.ResponseWriter, r *http.Request) (T, error) {
	data, err := s.read(w, r)
	if err != nil {
		var none T
		return none, err
	}
	return message.Decode[T](data)
}

func (s *Server) read(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, int64(s.frameBytes())))
	if err != nil {
		return nil, fmt.Errorf("server: read a body: %w", err)
	}
	return data, nil
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

// limit reads how many one wants at once; 0 is as many as is usual.
func limit(query url.Values) (int, error) {
	n, err := number(query, "limit", 0)
	return int(min(n, math.MaxInt32)), err
}

// listed reads a parameter of several values with commas between them.
func listed(query url.Values, key string) ([]string, error) {
	list := strings.FieldsFunc(query.Get(key), func(r rune) bool { return r == ',' })
	if len(list) > mostNamed {
		return nil, &message.Error{Code: message.CodeInvalid, Text: fmt.Sprintf("The parameter %s may name %d at most.", key, mostNamed)}
	}
	return list, nil
}

// list is a list as JSON has it: [] if it is empty.
func list[T any](items []T) []T { return append([]T{}, items...) }
