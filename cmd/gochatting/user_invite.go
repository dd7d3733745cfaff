package main

import (
	"math"
	"net/http"
	"net/url"
	"strings"
	"time"

	"gochatting/internal/message"
)

type invite struct {
	Room string `arg:"" default:"lobby" placeholder:"ROOM" help:"The ID of a room, as its address in the browser has it. Default: ${default}"`
	Role string `default:"member" enum:"member,reader" help:"What a new user becomes: member, or reader, who may see that room alone and say nothing. Default: ${default}"`
	For  span   `default:"7d" placeholder:"TIME" help:"How long it is good: such as 2h, 1d or 1w, 30d at most. Default: ${default}"`
	Uses int    `default:"10" placeholder:"N" help:"How many may come with it; 0 is any number. Default: ${default}"`
}

// An invitation is one as the API tells of it.
type invitation struct {
	ID      string
	Room    message.Room
	Role    string
	Maker   *message.User
	Expires time.Time
	Most    int
	Used    int
}

func (c invite) Run(o *operator) error {
	var made struct {
		Invitation invitation
		Link       string
	}
	if err := o.do(http.MethodPost, "/invitations", struct {
		Room, Role  string
		Hours, Uses int
	}{c.Room, c.Role, int(math.Ceil(time.Duration(c.For).Hours())), c.Uses}, &made); err != nil {
		return err
	}
	link, err := url.Parse(made.Link)
	if err != nil {
		return err
	}
	switch {
	case link.Host != nowhere:
		o.say("%s", made.Link)
	case o.site != "":
		o.say("%s", o.site+link.Path)
	default:
		o.say("%s (after the address of your server; --base-url has it printed whole)", link.Path)
	}
	i := made.Invitation
	o.say("For %s, into %s, as %s, until %s. It is shown only now. To end it: gochatting user revoke %s", uses(i), i.Room.Name, i.Role, day(i.Expires), i.ID)
	return nil
}

// uses is for how many an invitation is.
func uses(i invitation) string {
	if i.Most == 0 {
		return "any number of people"
	}
	return strings.Replace(count(i.Most, "person"), "persons", "people", 1)
}

type invitations struct{}

func (invitations) Run(o *operator) error {
	var all struct{ Invitations []invitation }
	if err := o.do(http.MethodGet, "/invitations", nil, &all); err != nil {
		return err
	}
	if len(all.Invitations) == 0 {
		o.say("None.")
		return nil
	}
	rows := make([][]string, len(all.Invitations))
	for n, i := range all.Invitations {
		rows[n] = []string{i.ID, i.Room.Name, i.Role, uses(i), count(i.Used, "use"), day(i.Expires), name(i.Maker)}
	}
	return o.table("ID\tROOM\tROLE\tFOR\tSO FAR\tUNTIL\tMADE BY", rows)
}

type revoke struct {
	Invitation string `arg:"" help:"The ID of an invitation."`
}

func (c revoke) Run(o *operator) error {
	if err := o.do(http.MethodDelete, "/invitations/"+url.PathEscape(c.Invitation), nil, nil); err != nil {
		return err
	}
	o.say("Nobody can come with it any more.")
	return nil
}
