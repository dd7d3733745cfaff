package bench

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"golang.org/x/sync/errgroup"
)

// people are the users that a data folder or database knows, who stay known when its server is started again.
type people struct {
	run      string
	cookies  cookies
	database *database // nil: a data folder
}

// postmaster is the process of PostgreSQL that began its others, 0 if it is not known.
func (p *people) postmaster() int64 {
	if p == nil || p.database == nil {
		return 0
	}
	return p.database.postmaster
}

type cookies []string

func (c cookies) of(i int) string {
	if c == nil {
		return ""
	}
	return c[i]
}

// join sees to it that n people have joined, and gives their cookies; none where nobody joins.
func (p *people) join(ctx context.Context, s *server, n int) (cookies, error) {
	if !s.chat {
		return nil, nil
	}
	known := len(p.cookies)
	all := append(p.cookies[:known:known], make(cookies, max(n-known, 0))...)
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(atOnce)
	for i := known; i < n; i++ {
		g.Go(func() (err error) {
			all[i], err = s.join(ctx, name(i, p.run)+"@bench.example")
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	s.http.CloseIdleConnections()
	p.cookies = all
	return all, nil
}

// join types an address into the form and gives the cookie.
func (s *server) join(ctx context.Context, email string) (string, error) {
	form := strings.NewReader(url.Values{"email": {email}}.Encode())
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.base+"/join", form)
	if err != nil {
		return "", err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := s.http.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusSeeOther || len(response.Cookies()) == 0 {
		return "", refusal(response)
	}
	_, err = io.Copy(io.Discard, response.Body)
	c := response.Cookies()[0]
	return c.Name + "=" + c.Value, err
}

// refusal is an answer that should have been another.
func refusal(r *http.Response) error {
	remedy := ""
	if r.StatusCode == http.StatusTooManyRequests {
		remedy = ": start the server with --limits off"
	}
	return fmt.Errorf("the server answered %s%s", r.Status, remedy)
}
