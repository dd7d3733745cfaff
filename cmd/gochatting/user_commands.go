package main

import (
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// usersPage is how many users are asked for at once.
const usersPage = 200

type who struct {
	Who string `arg:"" placeholder:"WHO" help:"An address or an ID."`
}

// at is where the control has a user.
func (w who) at(rest string) string { return "/users/" + url.PathEscape(w.Who) + rest }

type listUsers struct {
	Part string `arg:"" optional:"" placeholder:"PART" help:"Only those in whose name or address this is."`
}

func (c listUsers) Run(o *operator) error {
	var rows [][]string
	for after := ""; ; {
		var page struct{ Users []account }
		query := url.Values{"q": {c.Part}, "after": {after}, "limit": {strconv.Itoa(usersPage)}}
		if err := o.do(http.MethodGet, "/users?"+query.Encode(), nil, &page); err != nil {
			return err
		}
		for _, a := range page.Users {
			rows = append(rows, []string{a.ID, a.address(), a.Name, a.Role, a.standing()})
		}
		if len(page.Users) < usersPage {
			break
		}
		after = page.Users[len(page.Users)-1].ID
	}
	if len(rows) == 0 {
		o.say("Nobody.")
		return nil
	}
	return o.table("ID\tADDRESS\tNAME\tROLE\tSTANDING", rows)
}

type showUser struct{ who }

func (c showUser) Run(o *operator) error {
	var shown struct {
		User    account
		Devices []struct {
			Browser       string
			Created, Used time.Time
		}
	}
	if err := o.do(http.MethodGet, c.at(""), nil, &shown); err != nil {
		return err
	}
	a := shown.User
	rows := [][]string{{"Address", a.address()}, {"Name", a.Name}, {"Role", a.Role}, {"Standing", a.standing()}, {"Since", day(a.Created)}}
	for _, d := range shown.Devices {
		rows = append(rows, []string{"Browser", fmt.Sprintf("%s, since %s, last used %s", d.Browser, day(d.Created), day(d.Used))})
	}
	return o.table("ID\t"+a.ID, rows)
}

type setRole struct {
	who
	Role string `arg:"" enum:"owner,moderator,member,reader" help:"owner: everything. moderator: keeps order. member: talks. reader: reads the rooms they were invited into."`
}

func (c setRole) Run(o *operator) error {
	if err := o.do(http.MethodPatch, c.at(""), struct{ Role string }{c.Role}, nil); err != nil {
		return err
	}
	o.say("%s is %s now.", c.Who, c.Role)
	return nil
}

type mute struct {
	who
	For span `arg:"" name:"time" default:"10m" placeholder:"TIME" help:"Such as 10m, 2h or 1d. Default: ${default}"`
}

func (c mute) Run(o *operator) error {
	if c.For == 0 {
		return errors.New("give a time such as 10m, 2h or 1d; who may never speak can be a reader or banned")
	}
	minutes := int(math.Ceil(time.Duration(c.For).Minutes()))
	if err := o.do(http.MethodPut, c.at("/mute"), struct{ Minutes int }{minutes}, nil); err != nil {
		return err
	}
	o.say("%s can say nothing until %s.", c.Who, day(time.Now().Add(time.Duration(c.For))))
	return nil
}

type unmute struct{ who }

func (c unmute) Run(o *operator) error {
	if err := o.do(http.MethodDelete, c.at("/mute"), nil, nil); err != nil {
		return err
	}
	o.say("%s may speak.", c.Who)
	return nil
}

type ban struct {
	who
	For     span `arg:"" name:"time" default:"forever" placeholder:"TIME" help:"Such as 2h, 1d, 1w or forever. Default: ${default}"`
	Network bool `help:"Let nobody new in from the networks they last came from, for a day at most. Never done to private networks."`
}

func (c ban) Run(o *operator) error {
	var answer struct{ Network string }
	hours := int(math.Ceil(time.Duration(c.For).Hours()))
	if err := o.do(http.MethodPut, c.at("/ban"), struct {
		Hours   int
		Network bool
	}{hours, c.Network}, &answer); err != nil {
		return err
	}
	how := "for ever"
	if hours > 0 {
		how = "until " + day(time.Now().Add(time.Duration(hours)*time.Hour))
	}
	o.say("%s is signed out everywhere and banned %s.", c.Who, how)
	switch answer.Network {
	case "banned":
		o.say("Nobody new comes in from their network for a day at most.")
	case "private":
		o.say("Their network was not banned: it is a private one, or a proxy's.")
	case "unknown":
		o.say("Their network was not banned: nobody knows which it is.")
	}
	return nil
}

type unban struct{ who }

func (c unban) Run(o *operator) error {
	if err := o.do(http.MethodDelete, c.at("/ban"), nil, nil); err != nil {
		return err
	}
	o.say("%s may come in again.", c.Who)
	return nil
}

type purge struct{ who }

func (c purge) Run(o *operator) error {
	var done struct {
		Act      string
		Messages int
	}
	if err := o.do(http.MethodPost, c.at("/purge"), nil, &done); err != nil {
		return err
	}
	if done.Messages == 0 {
		o.say("%s said nothing in the last hour.", c.Who)
		return nil
	}
	o.say("%s of %s taken away. To undo it within 24 hours: gochatting user undo %s", count(done.Messages, "message"), c.Who, done.Act)
	return nil
}

type undo struct {
	Act string `arg:"" help:"The ID of the purge, as purge and log print it."`
}

func (c undo) Run(o *operator) error {
	if err := o.do(http.MethodPost, "/log/"+url.PathEscape(c.Act)+"/undo", nil, nil); err != nil {
		return err
	}
	o.say("What was purged is back.")
	return nil
}

type release struct{ who }

func (c release) Run(o *operator) error {
	var done struct{ Ended int }
	if err := o.do(http.MethodPost, c.at("/release"), nil, &done); err != nil {
		return err
	}
	o.say("%s is free: who comes with it now is somebody new. %s ended.", c.Who, count(done.Ended, "session"))
	return nil
}

// A span is a time that a person types: 10m, 2h, 1d, 1w. Zero is forever.
type span time.Duration

// UnmarshalText implements encoding.TextUnmarshaler.
func (s *span) UnmarshalText(text []byte) error {
	typed := string(text)
	if typed == "forever" {
		*s = 0
		return nil
	}
	for unit, hours := range map[string]int{"d": 24, "w": 7 * 24} {
		if n, is := strings.CutSuffix(typed, unit); is {
			days, err := strconv.Atoi(n)
			if err != nil || days > 100*366 {
				return fmt.Errorf("%q is no time such as 10m, 2h, 1d or 1w", typed)
			}
			typed = strconv.Itoa(days*hours) + "h"
			break
		}
	}
	d, err := time.ParseDuration(typed)
	if err != nil || d <= 0 {
		return fmt.Errorf("%q is no time such as 10m, 2h, 1d or 1w", string(text))
	}
	*s = span(d)
	return nil
}
