package server

import (
	"archive/zip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"time"

	"gochatting/internal/files"
	"gochatting/internal/message"
	"gochatting/internal/store"
)

// export sends somebody all that is theirs as a ZIP archive, while it is being read.
func (s *Server) export(w http.ResponseWriter, r *http.Request, me store.Session) (any, error) {
	h := w.Header()
	h.Set("Content-Type", "application/zip")
	name := "gochatting-" + time.Now().UTC().Format(time.DateOnly) + ".zip"
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	a := &archive{ctx: r.Context(), me: me, files: s.files, zip: zip.NewWriter(newSteadyAnswer(w))}
	err := s.store.Export(r.Context(), me.User.ID, a)
	if err == nil {
		err = a.close()
	}
	if err == nil {
		return written{}, nil
	}
	if r.Context().Err() == nil {
		s.out.Error("export", "user", me.User.ID, "err", err)
	}
	panic(http.ErrAbortHandler) // so that nobody takes the half for the whole
}

// An archive is the ZIP file under way: a store.Exporter. A part ends when the next one begins.
type archive struct {
	ctx   context.Context
	me    store.Session
	files *files.Uploads
	zip   *zip.Writer
	rooms []message.Room
	lines *json.Encoder // of messages.jsonl; nil before the first
}

// profile is me.json.
type profile struct {
	message.User
	Created time.Time
	Devices []device
}

func (a *archive) Person(u store.User, sessions []store.Session) error {
	p := profile{User: u.Own(), Created: u.Created, Devices: newDevices(sessions, a.me)}
	return a.put("me.json", p)
}

// Room waits until all are there.
func (a *archive) Room(r message.Room) error {
	a.rooms = append(a.rooms, r)
	return nil
}

func (a *archive) Message(m message.Message) error {
	if err := a.begin(); err != nil {
		return err
	}
	return a.lines.Encode(m)
}

// begin ends the rooms and begins the messages, once.
func (a *archive) begin() error {
	if a.lines != nil {
		return nil
	}
	if err := a.put("rooms.json", list(a.rooms)); err != nil {
		return err
	}
	part, err := a.create("messages.jsonl", zip.Deflate)
	if err == nil {
		a.lines = json.NewEncoder(part)
	}
	return err
}

// File is stored as it is, under a name that is its alone. What is missing on the disk is left out.
func (a *archive) File(f store.File) error {
	if err := a.begin(); err != nil {
		return err
	}
	content, err := a.files.Open(a.ctx, f.Hash)
	if errors.Is(err, files.ErrGone) {
		return nil
	}
	if err != nil {
		return err
	}
	defer content.Close() // was only read
	part, err := a.create("files/"+f.ID+"/"+f.Name, zip.Store)
	if err != nil {
		return err
	}
	_, err = io.Copy(part, content)
	return err
}

func (a *archive) close() error {
	return errors.Join(a.begin(), a.zip.Close())
}

func (a *archive) put(name string, v any) error {
	part, err := a.create(name, zip.Deflate)
	if err != nil {
		return err
	}
	to := json.NewEncoder(part)
	to.SetIndent("", "  ")
	return to.Encode(v)
}

func (a *archive) create(name string, method uint16) (io.Writer, error) {
	part, err := a.zip.CreateHeader(&zip.FileHeader{Name: name, Method: method, Modified: time.Now()})
	if err != nil {
		return nil, fmt.Errorf("server: archive %s: %w", name, err)
	}
	return part, nil
}
