package server

import (
	"errors"
	"net/http"
	"net/url"

	"gochatting/internal/auth"
	"gochatting/internal/message"
	"gochatting/web"
)

// A roomPage is the shell of a room and, in Boot, all that its scripts need to show it at once.
type roomPage struct {
	Lang  string
	Langs []Language
	Boot  boot
}

type boot struct {
	Me       message.User // with Email
	As       string       // the session of this page, for every call it makes
	Room     message.Room
	Rooms    []message.Room
	Messages []message.Message // the latest
	Limits   message.Limits
	Lang     string
	Words    web.Catalogue
	Version  string
	Door     door
}

// door is by which ways somebody can prove their address.
type door struct{ Mail, OpenID bool }

func (s *Server) room(w http.ResponseWriter, r *http.Request) error {
	me, err := s.auth.Who(r) // which ?as= may have named
	if errors.Is(err, auth.ErrNoSession) || errors.Is(err, auth.ErrUnproven) {
		query := url.Values{"next": {r.URL.Path}}
		if me.User.ID != "" { // whose address is to be proven
			query.Set("as", me.User.ID)
		}
		http.Redirect(w, r, "/?"+query.Encode(), http.StatusSeeOther)
		return nil
	}
	if err != nil {
		return err
	}
	ctx, id := r.Context(), me.User.ID
	// The rooms' revs come before the messages: what is said in between is then read twice,
	// and not missed.
	rooms, err := s.store.Rooms(ctx, id)
	if err != nil {
		return err
	}
	room, err := s.store.Room(ctx, id, r.PathValue("room"))
	if err != nil {
		return err
	}
	said, err := s.store.Before(ctx, id, room.ID, 0, 0)
	if err != nil {
		return err
	}
	s.auth.Renew(w, r, me)
	lang := s.pages.languageOf(r)
	return s.pages.show(w, r, lang, "room.html", http.StatusOK, roomPage{
		Lang: lang, Langs: s.pages.languages(lang),
		Boot: boot{
			Me: me.User.Own(), As: id,
			Room: room, Rooms: list(rooms), Messages: list(said),
			Limits: s.limits(), Lang: lang, Words: s.pages.boot[lang], Version: s.cfg.Version,
			Door: door{s.cfg.Mail != nil, s.cfg.OpenID != nil},
		},
	})
}
