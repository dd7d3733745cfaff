package store

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

const connecting = 5 * time.Second

// times are how long a server goes on with what. It ends a transaction that its node has left lying for idle,
// because the node hangs or is cut off: the turn goes to those who wait for it, who have some more patience than
// that. https://www.postgresql.org/docs/current/runtime-config-client.html
type times struct{ idle, lock, statement time.Duration }

func (t times) set(params map[string]string) {
	params["idle_in_transaction_session_timeout"] = millis(t.idle)
	params["lock_timeout"] = millis(t.lock)
	params["statement_timeout"] = millis(t.statement)
}

func millis(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }

// postgresConfig is how to connect to a database. Of several hosts it takes the one that can be written to, so that
// what is read is what was written.
func postgresConfig(database string) (*pgx.ConnConfig, error) {
	u, err := url.Parse(database)
	if err != nil || u.Scheme != "postgres" && u.Scheme != "postgresql" {
		return nil, errors.New("the database must be given as postgres://user:password@host:5432/name, with %XX for special characters in the password")
	}
	config, err := pgx.ParseConfig(database)
	if err != nil {
		return nil, fmt.Errorf("the URL of the database: %s", unsaid(err, u))
	}
	if config.ValidateConnect == nil {
		config.ValidateConnect = pgconn.ValidateConnectTargetSessionAttrsReadWrite
	}
	config.ConnectTimeout = connecting
	for name, value := range map[string]string{
		"application_name":              "gochatting",
		"client_encoding":               "UTF8",
		"synchronous_commit":            "on", // what is answered is on the disk
		"default_transaction_isolation": "read committed",
		"jit":                           "off", // takes longer than our queries
		"tcp_keepalives_idle":           "10",  // the connection of a node that is gone is free again soon
		"tcp_keepalives_interval":       "5",
		"tcp_keepalives_count":          "3",
	} {
		config.RuntimeParams[name] = value
	}
	return config, nil
}

// unsaid is what is wrong with a URL, without the password that may stand in it.
func unsaid(err error, u *url.URL) string {
	if inner := errors.Unwrap(err); inner != nil {
		err = inner
		password, _ := u.User.Password()
		if password == "" {
			password = u.Query().Get("password")
		}
		if password == "" || !strings.Contains(err.Error(), password) {
			return err.Error()
		}
	}
	return "it is not one that PostgreSQL's clients understand"
}
