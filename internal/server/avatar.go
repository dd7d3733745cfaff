package server

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"gochatting/internal/store"
)

// avatarSize is the width in pixels of a picture for which none is asked.
const avatarSize = 80

// avatar serves somebody's picture by their public id, ?s= pixels wide. It is for everyone who
// knows the id, tells nothing of an address, and may be kept.
func (s *Server) avatar(w http.ResponseWriter, r *http.Request) {
	size, err := strconv.Atoi(r.URL.Query().Get("s"))
	if err != nil || size <= 0 {
		size = avatarSize
	}
	who, err := s.store.User(r.Context(), r.PathValue("user"))
	if errors.Is(err, store.ErrNotFound) {
		http.Error(w, "There is nobody with this id.", http.StatusNotFound)
		return
	}
	if err != nil {
		status, told := s.explain(r, err)
		http.Error(w, told.Text, status)
		return
	}
	s.gravatar.Expire(who.Email, who.Looked) // another node may know better
	p := s.gravatar.Picture(r.Context(), who.Email, who.ID, size)
	h := w.Header()
	h.Set("Content-Type", p.Type)
	h.Set("ETag", p.ETag)
	h.Set("Cache-Control", fmt.Sprintf("public, max-age=%d", int(p.MaxAge.Seconds())))
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(p.Data))
}
