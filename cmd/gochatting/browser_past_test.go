package main

import (
	"database/sql"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"gochatting/internal/chattest"
	"gochatting/internal/message"
)

// An utterance is something that was said at its time.
type utterance struct {
	by   string // an email
	at   time.Time
	text string
}

// recall has people say what they said in the past, and gives the server that knows it, and
// them: between the two, the times are set in the database.
func recall(t *testing.T, past []utterance, args ...string) (*process, map[string]*chattest.Person) {
	data := t.TempDir()
	server := start(t, data, args...)
	people := make(map[string]*chattest.Person)
	tabs := make(map[string]*chattest.Socket)
	for _, u := range past {
		if tabs[u.by] == nil {
			people[u.by] = chattest.Join(t, server.Base, u.by)
			tabs[u.by] = people[u.by].Open()
		}
		ref := tabs[u.by].Say(u.text)
		for tabs[u.by].Next(message.TextMType).Ref != ref {
		}
	}
	server.stop()
	db, err := sql.Open("sqlite", filepath.Join(data, "gochatting.db"))
	require.NoError(t, err)
	for i, u := range past {
		_, err := db.Exec("UPDATE messages SET at = $1 WHERE id = $2", u.at.UnixMicro(), i+1)
		require.NoError(t, err)
	}
	require.NoError(t, db.Close())
	server = start(t, data, args...)
	for _, person := range people {
		person.Base = server.Base
	}
	return server, people
}

// daysAgo is a time of day before or on this one, where we are.
func daysAgo(days, hour, minute int) time.Time {
	now := time.Now()
	return time.Date(now.Year(), now.Month(), now.Day()-days, hour, minute, 0, 0, time.Local)
}
