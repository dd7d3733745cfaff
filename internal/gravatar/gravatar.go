// Package gravatar turns an email into a name and a picture: it asks Gravatar, Libravatar or a
// server of one's own, keeps the answers, and draws a picture itself where there is none.
package gravatar

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
)

// Config says whom to ask. What it names (the host and port of URL and API) is trusted, a
// loopback or private address included; what those redirect to is not.
type Config struct {
	// URL is the avatar server; https://gravatar.com when empty. /avatar/HASH is appended, or
	// only /HASH where URL already ends in /avatar.
	URL string

	// API is the profile server, to which /profiles/HASH is appended, or /v3/profiles/HASH when it has
	// no path. When empty it is
	// https://api.gravatar.com/v3 if URL is Gravatar's; for anybody else's URL there are then no
	// profiles, since Libravatar and its kin have none.
	API string

	Key string // bearer token for API: 1,000 requests an hour instead of 100
	Off bool   // ask nobody and keep nothing: every picture is drawn, nobody has a name
	Dir string // where answers are kept; made if missing. Safe to delete at any time

	Log *slog.Logger // gets neither email, hash, name nor key; nil: no log
}

// A Client looks people up. Its methods are safe for concurrent use.
type Client struct {
	names    *source // nil: nobody to ask
	pictures *source // nil: nobody to ask
	http     *http.Client

	patience  time.Duration // how long somebody who looks at a page waits for a first picture
	renders   singleflight.Group
	rendering chan struct{} // held while a picture is scaled or drawn

	mu       sync.Mutex // guards rendered
	rendered shelf[Picture]
}

// A Profile is what upstream says of an address.
type Profile struct {
	Name    string    // cleaned; "" when there is no profile
	Picture string    // changes when the picture does, and tells nothing of the address; "" when there is none
	At      time.Time // when upstream said the older of the two; zero when it never did
}

// Later is the error when upstream is not to be asked before At: it said so (429), it has
// been failing, or it could just not say anything about this very address.
type Later struct{ At time.Time }

func (l *Later) Error() string {
	return "not to be asked before " + l.At.UTC().Format(time.RFC3339)
}

// New makes a Client. Every fault of cfg is in the error.
func New(cfg Config) (*Client, error) {
	c := &Client{
		patience:  500 * time.Millisecond,
		rendering: make(chan struct{}, 4),
		rendered:  shelf[Picture]{room: 16 << 20},
	}
	if cfg.Off {
		return c, nil
	}
	at, err := locate(cfg)
	if err != nil {
		return nil, fmt.Errorf("gravatar: %w", err)
	}
	log := cfg.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	c.http = newHTTP(at.avatars, at.profiles)

	c.pictures, err = newSource(askPicture(&upstream{http: c.http, base: at.avatars, limit: 5 << 20}),
		at.avatars, filepath.Join(cfg.Dir, "pictures"), 32<<20, log)
	if err == nil && at.profiles != nil {
		c.names, err = newSource(askName(&upstream{http: c.http, base: at.profiles, key: strings.TrimSpace(cfg.Key), limit: 256 << 10}),
			at.profiles, filepath.Join(cfg.Dir, "names"), 2<<20, log)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("gravatar: %w", err), c.Close())
	}
	return c, nil
}

// Asks reports whether there is anybody to ask.
func (c *Client) Asks() bool { return c.pictures != nil }

// Close ends what goes on in the background and waits for it. Afterwards only what is in the
// cache is answered.
func (c *Client) Close() error {
	for _, s := range []*source{c.pictures, c.names} {
		if s != nil {
			s.close()
		}
	}
	if c.http != nil {
		c.http.CloseIdleConnections()
	}
	return nil
}

// Hash is how Gravatar knows an address: the lower-case hex SHA-256 of it, trimmed and
// lower-cased (https://docs.gravatar.com/general/hash/). It must not leave the server: whoever has a list
// of addresses can turn it back.
func Hash(email string) string {
	sum := sha256.Sum256([]byte(strings.ToLower(strings.TrimSpace(email))))
	return hex.EncodeToString(sum[:])
}

// Look answers what upstream says of email, from the cache when that is younger than a day.
// It may take as long as ctx allows or 10 seconds a question, so it belongs in the background.
// When upstream cannot be asked it answers what was last known beside the error, which holds a
// *Later where it is known when to try again.
func (c *Client) Look(ctx context.Context, email string) (Profile, error) {
	if email == "" || c.pictures == nil {
		return Profile{}, nil
	}
	hash := Hash(email)
	asked := c.pictures.begin(hash)
	name, nameErr := c.name(ctx, hash)
	picture, err := asked.wait(ctx)
	if err != nil {
		err = fmt.Errorf("gravatar: picture: %w", err)
	}
	p := Profile{Name: string(name.data), Picture: version(picture.data), At: picture.at}
	if c.names != nil && name.at.Before(p.At) {
		p.At = name.at
	}
	return p, errors.Join(nameErr, err)
}

// Expire has the answers about email that were given before a moment count as old, unless they are younger
// than a minute: somebody has got others since, so that upstream is to be asked again.
func (c *Client) Expire(email string, before time.Time) {
	if email == "" {
		return
	}
	for _, s := range []*source{c.pictures, c.names} {
		if s != nil {
			s.expire(Hash(email), before)
		}
	}
}

func (c *Client) name(ctx context.Context, hash string) (fact, error) {
	if c.names == nil {
		return fact{}, nil
	}
	name, err := c.names.begin(hash).wait(ctx)
	if err != nil {
		err = fmt.Errorf("gravatar: name: %w", err)
	}
	return name, err
}
