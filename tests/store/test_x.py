def test_a(desks):
    a,b=desks
    a.pm("complaint urge A01 --as li.na")
    b.pm("complaint urge A01 --as qian.yu")
    print(a.git("log --oneline"), a.pm("check"))
    b.git("fetch -q"); b.git("merge origin/main",code=1)
    print(b.git("status --short"))
    print(b.pm("check", code=4))
    print(b.pm("merge --commit"))
    print(b.git("status --short"), b.git("log --oneline --graph"))
    print(b.problems())
    print(b.path("A01") , b.does("CP-260302-A01"))
