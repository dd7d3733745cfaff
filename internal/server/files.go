package server

import (
	"context"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"strings"
	"time"

	"gochatting/internal/auth"
	"gochatting/internal/files"
	"gochatting/internal/message"
	"gochatting/internal/picture"
	"gochatting/internal/store"
)

// upload keeps the body as a file of the user's, whose name is ?name=. What it is, its bytes show.
func (s *Server) upload(w http.ResponseWriter, r *http.Request, me store.Session) (any, error) {
	if err := me.User.MaySpeak(time.Now()); err != nil {
		return nil, err
	}
	ctx, owner := r.Context(), me.User.ID
	most, done, err := s.uploads.reserve(ctx, owner, r.ContentLength)
	if err != nil {
		return nil, err
	}
	defer done()
	up, err := s.files.Take(ctx, owner, newSteadyBody(w, r), most)
	if err != nil {
		return nil, s.refusal(err)
	}
	defer func() {
		if err := up.End(); err != nil {
			s.out.Error("end an upload", "err", err)
		}
	}()
	if err := s.again(r, me); err != nil {
		return nil, err
	}
	f := store.File{
		File:  message.File{ID: store.NewFileID(), Name: files.CleanName(r.URL.Query().Get("name")), Type: up.Type, Size: up.Size},
		Owner: owner, Hash: up.Hash, Created: time.Now(),
	}
	if p := up.Preview; p != nil {
		f.PreviewHash, f.Width, f.Height = p.Hash, p.Width, p.Height
	}
	// Whether it was added must be known before the upload ends.
	if err := s.store.AddFile(context.WithoutCancel(ctx), f); err != nil {
		return nil, err
	}
	return created{f.Public()}, nil
}

// refusal says what is wrong with an upload.
func (s *Server) refusal(err error) error {
	var pixels *picture.TooLarge
	switch {
	case errors.Is(err, files.ErrTooLong):
		return tooLong(s.uploads.most)
	case errors.As(err, &pixels):
		return &message.Error{Code: message.CodeTooLong, Text: fmt.Sprintf(
			"This picture has too many pixels, %d × %d. Please make it smaller.", pixels.Width, pixels.Height)}
	case errors.Is(err, files.ErrBusy):
		return &message.Error{
			Code: message.CodeSlowDown, RetryAfter: 10,
			Text: "Too many pictures are waiting to be looked at. Please send this one again in 10 s.",
		}
	}
	return err
}

func (s *Server) dropFile(_ http.ResponseWriter, r *http.Request, me store.Session) (any, error) {
	blobs, err := s.store.DropFile(r.Context(), me.User.ID, r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	s.dropBlobs(blobs)
	return done{}, nil
}

// dropBlobs deletes what may be nobody's any more.
func (s *Server) dropBlobs(hashes []string) {
	if err := s.files.Delete(context.Background(), hashes...); err != nil {
		s.out.Error("delete what was uploaded", "err", err)
	}
}

// download serves a file to be saved, whatever it is: never shown as a page of ours.
func (s *Server) download(w http.ResponseWriter, r *http.Request) error {
	f, err := s.seen(r)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": f.Name})) // RFC 6266
	h.Set("Content-Type", passive(f.Type))
	return s.serve(w, r, f, f.Hash)
}

// preview serves the picture that we made of a file.
func (s *Server) preview(w http.ResponseWriter, r *http.Request) error {
	f, err := s.seen(r)
	if err == nil && f.PreviewHash == "" {
		err = store.ErrNotFound
	}
	if err != nil {
		return err
	}
	return s.serve(w, r, f, f.PreviewHash)
}

// seen is the file that an address names, if anybody this browser is may see it: the addresses of
// files are the same for all of them.
func (s *Server) seen(r *http.Request) (store.File, error) {
	people, err := s.auth.People(r)
	if err != nil {
		return store.File{}, err
	}
	err = auth.ErrNoSession
	for _, me := range people {
		var f store.File
		if f, err = s.store.File(r.Context(), me.User.ID, r.PathValue("id")); !errors.Is(err, store.ErrNotFound) {
			return f, err
		}
	}
	return store.File{}, err
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request, f store.File, hash string) error {
	content, err := s.files.Open(r.Context(), hash)
	if err != nil {
		return fmt.Errorf("server: file %s: %w", f.ID, err)
	}
	defer content.Close() // was only read
	h := w.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("ETag", `"`+hash+`"`)
	http.ServeContent(newSteadyAnswer(w), r, "", f.Created, content)
	return nil
}

// passive is a media type that no browser runs anything in, even where it ignores all else that we say.
func passive(kind string) string {
	if strings.HasPrefix(kind, "text/") && kind != "text/plain" || strings.HasSuffix(kind, "xml") {
		return "application/octet-stream"
	}
	return kind
}
