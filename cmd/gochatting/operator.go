package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"gochatting/internal/message"
)

// nowhere is the host that commands are sent to: a server that does not know its own address makes
// links with it.
const nowhere = "gochatting.invalid"

// An operator is who runs the server, at a terminal.
type operator struct {
	ctx  context.Context
	http *http.Client
	site string // where people reach the server, "" if nobody said
	out  io.Writer
}

// do asks for something and reads the answer into into, unless it is nil. What the server refuses is an
// error with its sentence.
func (o *operator) do(method, path string, body, into any) error {
	var sent io.Reader = http.NoBody
	if body != nil {
		data, err := json.Marshal(body)
		if err != nil {
			return err
		}
		sent = bytes.NewReader(data)
	}
	r, err := http.NewRequestWithContext(o.ctx, method, "http://"+nowhere+path, sent)
	if err != nil {
		return err
	}
	answer, err := o.http.Do(r)
	if err != nil {
		return fmt.Errorf("ask the server: %w", err)
	}
	defer answer.Body.Close()
	if answer.StatusCode >= http.StatusMultipleChoices {
		var refused struct{ Error *message.Error }
		if err := json.NewDecoder(answer.Body).Decode(&refused); err != nil || refused.Error == nil {
			return fmt.Errorf("the server answers %d; is it of the same version as this program?", answer.StatusCode)
		}
		return errors.New(refused.Error.Text)
	}
	if into == nil {
		return nil
	}
	if err := json.NewDecoder(answer.Body).Decode(into); err != nil {
		return fmt.Errorf("read the server's answer: %w", err)
	}
	return nil
}

// say prints a sentence.
func (o *operator) say(format string, args ...any) { fmt.Fprintf(o.out, format+"\n", args...) }

// table prints rows below a head whose columns have tabs between them.
func (o *operator) table(head string, rows [][]string) error {
	w := tabwriter.NewWriter(o.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, head)
	for _, row := range rows {
		for i := range row {
			row[i] = plain(row[i])
		}
		fmt.Fprintln(w, strings.Join(row, "\t"))
	}
	return w.Flush()
}

// plain is a text that tells the terminal nothing.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '\ufffd'
		}
		return r
	}, text)
}

// An account is a user as the control tells of them.
type account struct {
	ID, Email, Name, Role string
	Verified              bool
	Created               time.Time
	Muted, Banned         *time.Time
}

func (a account) address() string {
	if a.Email == "" {
		return "-"
	}
	return a.Email
}

// standing is how sure it is who they are, and what they may not do.
func (a account) standing() string {
	standing := "typed"
	if a.Verified {
		standing = "verified"
	}
	if a.Muted != nil {
		standing += ", muted until " + day(*a.Muted)
	}
	if a.Banned != nil {
		standing += ", banned " + until(*a.Banned)
	}
	return standing
}

// forEver is from which year on an end is none.
const forEver = 9000

func until(at time.Time) string {
	if at.Year() >= forEver {
		return "for ever"
	}
	return "until " + day(at)
}

// day is a moment as it is read: in the time of this machine.
func day(at time.Time) string { return at.Local().Format("2006-01-02 15:04") }

// name is what somebody is called; nobody among the users is who runs the server.
func name(u *message.User) string {
	switch {
	case u == nil || u.ID == "":
		return "(operator)"
	case u.Name == "":
		return "(left)"
	}
	return u.Name
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
