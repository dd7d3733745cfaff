package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"strings"
	"unicode/utf8"
)

// A checking connector makes connections that take no text which PostgreSQL would refuse, whatever the engine: what
// is wrong with one argument is then only its caller's business, and both say the same.
type checking struct {
	driver.Connector
	convert func(arg *driver.NamedValue) error
}

func (c checking) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return checked{conn.(fullConn), c.convert}, nil
}

// fullConn is what the connections of both engines can do.
type fullConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
}

type checked struct {
	fullConn
	convert func(arg *driver.NamedValue) error
}

// CheckNamedValue is asked for every argument. The refusal is a *message.Error.
func (c checked) CheckNamedValue(arg *driver.NamedValue) error {
	if err := checkText(arg.Value); err != nil {
		return err
	}
	return c.convert(arg)
}

// Raw is the connection itself.
func (c checked) Raw() driver.Conn { return c.fullConn }

func checkText(arg any) error {
	switch text := arg.(type) {
	case string:
		return mustBeText(text)
	case sql.NullString:
		return mustBeText(text.String)
	case []string:
		return mustBeText(text...)
	}
	return nil
}

// mustBeText is ErrInvalid for what is not UTF-8 or has NUL in it.
func mustBeText(all ...string) error {
	for _, text := range all {
		if !utf8.ValidString(text) || strings.IndexByte(text, 0) >= 0 {
			return notText()
		}
	}
	return nil
}

// asItIs lets database/sql convert it as it does by itself.
func asItIs(*driver.NamedValue) error { return driver.ErrSkip }

// asNumber makes 0 and 1 of what is true or not, for which SQLite has no type: so neither do our tables.
func asNumber(arg *driver.NamedValue) error {
	if yes, ok := arg.Value.(bool); ok {
		arg.Value = int64(0)
		if yes {
			arg.Value = int64(1)
		}
	}
	return nil
}

func notText() error {
	return refuse(ErrInvalid, "There is something in this that is no text: NUL, or bytes that are not UTF-8.")
}
