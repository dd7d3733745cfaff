package gravatar

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
)

const (
	defaultURL = "https://gravatar.com"
	defaultAPI = "https://api.gravatar.com/v3"
)

// places are the addresses to which only a hash is missing.
type places struct {
	avatars  *url.URL
	profiles *url.URL // nil: there are none
}

func locate(cfg Config) (places, error) {
	avatars, err := parse("URL of the avatar server", cfg.URL, defaultURL, "avatar")
	api := cfg.API
	if api == "" && err == nil && isGravatar(avatars) {
		api = defaultAPI
	}
	at := places{avatars: avatars}
	if api != "" {
		var apiErr error
		at.profiles, apiErr = parse("URL of the profile API", api, "", "profiles")
		if apiErr == nil && strings.Trim(at.profiles.Path, "/") == "profiles" { // only a host: its paths are Gravatar's
			at.profiles.Path = "/v3/profiles"
		}
		err = errors.Join(err, apiErr)
	}
	if cfg.Dir == "" {
		err = errors.Join(err, errors.New("a folder for the cache must be set"))
	}
	return at, err
}

func parse(what, raw, otherwise, last string) (*url.URL, error) {
	if raw == "" {
		raw = otherwise
	}
	u, err := url.Parse(raw)
	switch {
	case err != nil:
		// url.Parse repeats what it was given, which may hold a password.
		return nil, fmt.Errorf("%s cannot be read as an address such as %s", what, defaultURL)
	case u.Scheme != "http" && u.Scheme != "https", u.Hostname() == "":
		return nil, fmt.Errorf("%s must begin with https:// or http:// and name a host", what)
	case u.User != nil, u.RawQuery != "", u.Fragment != "":
		return nil, fmt.Errorf("%s must have no user, query or fragment", what)
	}
	u.Host = strings.ToLower(u.Host)
	u.Path = strings.TrimSuffix(strings.TrimRight(u.Path, "/"), "/"+last)
	u.RawPath = ""
	return u.JoinPath(last), nil
}

func isGravatar(u *url.URL) bool {
	host := u.Hostname()
	return host == "gravatar.com" || strings.HasSuffix(host, ".gravatar.com")
}

// hostport is what a dialler is given for u.
func hostport(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return net.JoinHostPort(u.Hostname(), port)
}
