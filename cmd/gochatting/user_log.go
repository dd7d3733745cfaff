package main

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"gochatting/internal/message"
)

type showLog struct {
	Limit  int    `default:"50" placeholder:"N" help:"How many acts. Default: ${default}"`
	Before string `placeholder:"ACT" help:"Only what was done before this one."`
}

func (c showLog) Run(o *operator) error {
	var log struct {
		Acts []struct {
			ID       string
			At       time.Time
			Actor    *message.User
			Act      string
			Subject  *message.User
			Room     *message.Room
			Message  int64
			Until    *time.Time
			Note     string
			Undone   *time.Time
			Undoable bool
		}
	}
	query := url.Values{"limit": {strconv.Itoa(c.Limit)}}
	if c.Before != "" {
		query.Set("before", c.Before)
	}
	if err := o.do(http.MethodGet, "/log?"+query.Encode(), nil, &log); err != nil {
		return err
	}
	if len(log.Acts) == 0 {
		o.say("Nothing.")
		return nil
	}
	rows := make([][]string, len(log.Acts))
	for i, a := range log.Acts {
		subject, room, rest := "", "", a.Note
		if a.Subject != nil {
			subject = name(a.Subject) + " " + a.Subject.ID
		}
		if a.Room != nil {
			room = cmp.Or(a.Room.Name, a.Room.ID) // direct ones have no name
		}
		if a.Message > 0 {
			rest += fmt.Sprintf(" message %d", a.Message)
		}
		if a.Until != nil {
			rest += " until " + day(*a.Until)
		}
		if a.Undone != nil {
			rest += " (undone " + day(*a.Undone) + ")"
		}
		if a.Undoable {
			rest += " (can be undone)"
		}
		rows[i] = []string{day(a.At), a.ID, name(a.Actor), a.Act, subject, room, rest}
	}
	return o.table("WHEN\tACT\tWHO\tDID\tTO\tIN\t", rows)
}
