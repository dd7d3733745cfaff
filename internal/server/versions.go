package server

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"

	"golang.org/x/sync/singleflight"

	"gochatting/internal/store"
)

// versions are the static files of this program's pages, and those of others that the store has: a page that
// another node made, or that was opened before this program was updated, goes on finding its own.
type versions struct {
	own    *static
	store  *store.Store
	asking singleflight.Group

	mu     sync.Mutex
	others map[string]*static // those that were asked for
}

func newVersions(own *static, s *store.Store) *versions {
	return &versions{own: own, store: s, others: make(map[string]*static)}
}

// keep has the store know this program's files.
func (v *versions) keep(ctx context.Context) error {
	return v.store.KeepAssets(ctx, v.own.version, v.own.packed)
}

// find gives the files of a version. store.ErrNotFound: nobody knows them.
func (v *versions) find(ctx context.Context, version string) (*static, error) {
	if version == v.own.version {
		return v.own, nil
	}
	v.mu.Lock()
	other := v.others[version]
	v.mu.Unlock()
	if other != nil {
		return other, nil
	}
	if hash, err := hex.DecodeString(version); err != nil || len(hash) != versionBytes {
		return nil, store.ErrNotFound
	}
	found, err, _ := v.asking.Do(version, func() (any, error) {
		packed, err := v.store.Assets(context.WithoutCancel(ctx), version)
		if err != nil {
			return nil, err
		}
		other, err := unpackStatic(version, packed)
		if err != nil {
			return nil, err
		}
		v.mu.Lock()
		defer v.mu.Unlock()
		v.others[version] = other
		return other, nil
	})
	other, _ = found.(*static)
	return other, err
}

// asset serves a static file of any version.
func (s *Server) asset(w http.ResponseWriter, r *http.Request) {
	of, err := s.versions.find(r.Context(), r.PathValue("version"))
	switch {
	case errors.Is(err, store.ErrNotFound):
		http.NotFound(w, r)
	case err != nil:
		s.out.Error("files of another version", "err", err)
		http.Error(w, "The server cannot read this now. Please try again in a moment.", http.StatusServiceUnavailable)
	default:
		of.serve(w, r, r.PathValue("path"))
	}
}

// A bundle is what the store keeps of a static, as compressed JSON.
type bundle struct {
	Files, Words map[string]bundled
}

type bundled struct {
	Type string
	Data []byte
}

func (s *static) packed() ([]byte, error) {
	all := bundle{make(map[string]bundled), make(map[string]bundled)}
	for name, f := range s.files {
		all.Files[name] = bundled{f.mime, f.plain}
	}
	for language, f := range s.words {
		all.Words[language] = bundled{f.mime, f.plain}
	}
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if err := errors.Join(json.NewEncoder(w).Encode(all), w.Close()); err != nil {
		return nil, fmt.Errorf("server: pack static files: %w", err)
	}
	return packed.Bytes(), nil
}

func unpackStatic(version string, packed []byte) (*static, error) {
	var all bundle
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err == nil {
		err = json.NewDecoder(r).Decode(&all)
	}
	if err != nil {
		return nil, fmt.Errorf("server: static files of version %s: %w", version, err)
	}
	s := &static{version: version, files: make(map[string]*file), words: make(map[string]*file)}
	for name, f := range all.Files {
		s.files[name] = newFile(f.Type, f.Data)
	}
	for language, f := range all.Words {
		s.words[language] = newFile(f.Type, f.Data)
	}
	return s, nil
}
