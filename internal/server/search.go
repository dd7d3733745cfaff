package server

import (
	"net/http"

	"gochatting/internal/store"
)

// search finds messages in all rooms that one may see, the newest first; before is the Seq of the last
// one that one has.
func (s *Server) search(_ http.ResponseWriter, r *http.Request, me store.Session) (any, error) {
	query := r.URL.Query()
	n, err := limit(query)
	if err != nil {
		return nil, err
	}
	before, err := number(query, "before", 0)
	if err != nil {
		return nil, err
	}
	hits, words, err := s.store.Search(r.Context(), me.User.ID, query.Get("q"), before, n)
	return struct {
		Hits  []store.Hit
		Words []string
	}{list(hits), list(words)}, err
}
