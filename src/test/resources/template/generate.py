"""Render small templates as Hugging Face transformers would: python generate.py   (needs jinja2; made with 3.1.6)

Writes cases.json: the variables of all cases, and for each template its text or the words of its error. Errors of Python's
own have an empty text: only that the rendering fails matters, since their words change from version to version.
"""
import copy, datetime, itertools, json, pathlib, random, sys
import jinja2, jinja2.ext, jinja2.sandbox

NOW = datetime.datetime(2026, 7, 26, 12, 0, 0)
VARIABLES = {
    "s": "Hello, World", "t": "  padded\ttext \n", "u": "Grüße 🦊 ß ÉCOLE", "e": "", "m": "line one\nline two\r\nline three\n", "html": "<b>&'\"</b>",
    "n": 7, "z": 0, "neg": -3, "f": 2.5, "big": 12345678901234567890, "tiny": 1e-07, "huge": 1e22, "yes": True, "no": False, "nothing": None,
    "l": [3, 1, 2], "w": ["pear", "Apple", "fig", "apple"], "mixed": [1, "two", 3.5, None, True, [1, [2]], {"k": "v"}], "el": [],
    "d": {"b": 2, "a": 1, "C": 3}, "deep": {"x": {"y": [{"z": "found"}]}}, "ed": {},
    "msgs": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi", "n": 2}, {"role": "assistant", "content": None, "n": 1},
             {"role": "user", "content": [{"type": "text", "text": "part"}], "n": 3}],
    "people": [{"name": "Zoë", "age": 30, "city": {"name": "Bern"}}, {"name": "adam", "age": 25, "city": {"name": "Rom"}}, {"name": "Eve", "age": 30, "city": {"name": "Bern"}}],
}


class Generation(jinja2.ext.Extension):
    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return jinja2.nodes.CallBlock(self.call_method("_say"), [], [], body).set_lineno(line)

    def _say(self, caller):
        return caller()


def environment(cls):
    def raise_exception(message):
        raise jinja2.exceptions.TemplateError(message)

    def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
        return json.dumps(x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)

    env = cls(trim_blocks=True, lstrip_blocks=True, extensions=[Generation, jinja2.ext.loopcontrols])
    env.filters["tojson"] = tojson
    env.globals["raise_exception"] = raise_exception
    env.globals["strftime_now"] = NOW.strftime
    return env


def render(template):
    # Methods that change a list need the mutable sandbox.
    for cls in (jinja2.sandbox.ImmutableSandboxedEnvironment, jinja2.sandbox.SandboxedEnvironment):
        try:
            text = environment(cls).from_string(template).render(**copy.deepcopy(VARIABLES))
            return None if " at 0x" in text else {"expected": text}
        except jinja2.exceptions.SecurityError as e:
            if "MAX_RANGE" in str(e) or "__" in str(e): break
        except jinja2.exceptions.UndefinedError as e:
            return {"error": str(e)}
        except jinja2.exceptions.TemplateError as e:
            return {"error": str(e) if type(e) is jinja2.exceptions.TemplateError else ""}
        except Exception:
            return {"error": ""}
    return {"error": ""}


ATOMS = ["s", "t", "u", "e", "m", "html", "n", "z", "neg", "f", "big", "tiny", "huge", "yes", "no", "nothing", "l", "w", "mixed", "el", "d", "deep", "ed",
         "msgs", "people", "missing", "d.a", "d['b']", "deep.x.y[0].z", "msgs[1].content", "msgs[0]['role']", "l[0]", "l[-1]", "w[1:]", "s[::-1]", "u[2:9:2]",
         "mixed[-2:]", "'lit'", "\"it's\"", "'a\\nb\\t\\\\ \\u00e9'", "42", "3.25", "1e3", "[1, 'a']", "(1, 2)", "(1,)", "()", "{'k': 1, 2: 'x'}", "true", "None",
         "range(4)", "range(5, 0, -2)", "'%s-%05.1f' % (s, f)", "'a' 'b'"]
FILTERS = ["upper", "lower", "capitalize", "title", "trim", "trim('H d')", "length", "count", "first", "last", "list", "join", "join(', ')", "join('-', attribute='name')",
           "reverse", "reverse|list", "sort", "sort(reverse=true)", "sort(attribute='age')", "sort(attribute='age,name')", "sort(case_sensitive=true)", "unique|list",
           "map('upper')|list", "map(attribute='role')|list", "map(attribute='n', default='?')|join('|')", "map('length')|list", "select|list", "select('string')|list",
           "reject('none')|list", "select('gt', 1)|list", "selectattr('role', 'equalto', 'user')|list|length", "selectattr('n')|map(attribute='n')|list",
           "rejectattr('role', 'in', ['user'])|list|length", "selectattr('n', 'defined')|list|length", "items|list", "dictsort", "dictsort(reverse=true)",
           "dictsort(false, 'value')", "default('D')", "default('D', true)", "d('x')", "string", "int", "int(-1)", "int(base=16)", "float", "float(9)", "round", "round(1)",
           "round(1, 'floor')", "round(method='ceil')", "abs", "indent", "indent(2)", "indent(3, true)", "indent('> ', blank=true)", "safe", "escape", "e", "tojson",
           "tojson(indent=2)", "tojson(ensure_ascii=true)", "tojson(sort_keys=true)", "tojson(separators=(',', ':'))", "batch(2)|list", "batch(2, 'x')|list", "slice(2)|list",
           "sum", "sum(attribute='age')", "sum(start=10)", "min", "max", "max(attribute='age')", "groupby('age')|list|length", "groupby('city.name')|map('first')|list",
           "format(1, 2)", "wordcount", "striptags", "center(12)", "truncate(8)", "truncate(8, true, '..', 0)", "replace('l', 'L')", "replace('l', 'L', 1)", "urlencode",
           "attr('a')", "filesizeformat", "nosuchfilter"]
TESTS = ["defined", "undefined", "none", "string", "number", "integer", "float", "boolean", "mapping", "sequence", "iterable", "callable", "true", "false", "odd", "even",
         "divisibleby(3)", "divisibleby 2", "lower", "upper", "eq(7)", "equalto 'Hello, World'", "ne 0", "gt 1", "lessthan(5)", "ge 2", "in [1, 2, 7]", "sameas none", "sameas true",
         "== 7", "escaped", "filter", "nosuchtest"]
METHODS = ["strip()", "lstrip()", "rstrip()", "strip('Hd ')", "lstrip(' ')", "rstrip('\\n')", "upper()", "lower()", "title()", "capitalize()", "swapcase()", "split()", "split(',')",
           "split('l', 1)", "split(' ')", "rsplit('l', 1)", "rsplit(None, 1)", "splitlines()", "splitlines(true)", "startswith('Hel')", "startswith(('x', 'H'))", "endswith('ld')",
           "replace('o', '0')", "replace('', '-')", "replace('l', '', 1)", "find('o')", "find('o', 5)", "rfind('o')", "find('zz')", "count('l')", "count('')", "index('W')",
           "partition(', ')", "rpartition('o')", "join(['a', 'b'])", "join(w)", "format(1, a=2)", "isdigit()", "isalpha()", "isspace()", "isupper()", "islower()", "istitle()", "zfill(15)",
           "center(20, '*')", "ljust(16)", "rjust(16, '.')", "removeprefix('Hello')", "removesuffix('World')", "items()", "keys()", "values()", "items()|list", "get('a')",
           "get('zz', 'dflt')", "get('zz')", "index(2)", "count(1)", "copy()", "nosuch()", "nosuch", "append(4)", "pop()", "content", "role", "__class__", "partition('')"]
OPERATORS = ["+", "-", "*", "/", "//", "%", "~", "==", "!=", "<", ">=", "in", "not in", "and", "or"]
TEMPLATES = [
    "{% for x in l %}{{ loop.index }}/{{ loop.index0 }}/{{ loop.revindex }}/{{ loop.revindex0 }}/{{ loop.first }}/{{ loop.last }}/{{ loop.length }} {{ x }};{% endfor %}",
    "{% for x in el %}x{% else %}none{% endfor %}", "{% for x in missing %}x{% else %}none{% endfor %}", "{% for x in nothing %}x{% endfor %}", "{% for x in n %}x{% endfor %}",
    "{% for k, v in d.items() %}{{ k }}={{ v }}{{ ', ' if not loop.last }}{% endfor %}", "{% for k in d %}{{ k }}{% endfor %}", "{% for a, b in l %}{% endfor %}",
    "{% for x in mixed if x is string %}{{ x }}{% endfor %}", "{% for x in l if x > 1 %}{{ loop.index }}{{ x }}{% else %}no{% endfor %}",
    "{% for x in range(10) %}{% if x == 2 %}{% continue %}{% endif %}{% if x > 5 %}{% break %}{% endif %}{{ x }}{% endfor %}",
    "{% for m in msgs %}{{ loop.previtem.role if loop.previtem is defined else '-' }}>{{ loop.nextitem.role if loop.nextitem }}{{ loop.cycle('a', 'b') }}{{ loop.changed(m.role) }};{% endfor %}",
    "{% for a in [1, 2] %}{% for b in [3, 4] %}{{ loop.depth }}{{ loop.depth0 }}{{ a * b }} {% endfor %}{% endfor %}",
    "{% set x = 1 %}{% for i in l %}{% set x = x + i %}{{ x }},{% endfor %}{{ x }}", "{% set ns = namespace(x=1) %}{% for i in l %}{% set ns.x = ns.x + i %}{% endfor %}{{ ns.x }}",
    "{% set ns = namespace() %}{{ ns.y }}|{{ ns.y is defined }}", "{% set d.q = 1 %}", "{% set q = namespace(d, z=9) %}{{ q.a }}{{ q.z }}", "{% set a, b = 1, 2 %}{{ a }}{{ b }}", "{% set a, b = [1] %}",
    "{% set x %}block {{ n }}{% endset %}[{{ x }}]", "{% set x | upper | replace('B', 'x') %}block {{ n }}{% endset %}[{{ x }}]", "{% if x is not defined %}{% set x = 5 %}{% endif %}{{ x }}",
    "{% if no %}a{% elif n > 5 %}b{% else %}c{% endif %}", "{% if missing %}a{% else %}b{% endif %}", "{{ 'a' if missing }}|", "{{ 'a' if yes else 'b' if no else 'c' }}", "{{ missing.x }}", "{{ missing.x.y }}",
    "{{ d.missing.x }}", "{{ d['missing'] }}|", "{{ l[10] }}|", "{{ l[10].x }}", "{{ nothing.x }}|", "{{ nothing.split(',') }}", "{{ missing() }}", "{{ s() }}", "{{ missing + 'a' }}", "{{ 'a' ~ missing ~ nothing ~ yes ~ f }}",
    "{% macro f(a, b=2, c='x') %}{{ a }}{{ b }}{{ c }}{% endmacro %}{{ f(1) }}|{{ f(1, 3) }}|{{ f(c=0, a=5) }}|{{ f() }}", "{% macro f(a) %}{{ a }}{% endmacro %}{{ f(1, 2) }}",
    "{% macro f(a) %}{{ a }}{% endmacro %}{{ f(b=2) }}", "{% macro f(x) %}{% if x > 0 %}{{ x }}{{ f(x - 1) }}{% endif %}{% endmacro %}{{ f(5) }}", "{% macro f() %}[{{ caller() }}]{% endmacro %}{% call f() %}body{% endcall %}",
    "{% macro f(x) %}{% for i in x %}{{ caller(i) }}{% endfor %}{% endmacro %}{% call(i) f(l) %}<{{ i }}>{% endcall %}", "{% macro f() %}{{ y }}{% endmacro %}{% set y = 3 %}{{ f() }}", "{% macro f(a, b=a) %}{{ b }}{% endmacro %}{{ f(1) }}",
    "{% macro f() %}x{% endmacro %}{{ f()|upper ~ f() }}{{ f is callable }}{{ f.name }}", "{% macro f(x) %} {{ x }} {% endmacro %}[{{ f('a')|trim }}]", "{% filter upper %}abc {{ s }}{% endfilter %}", "{% filter replace('a', 'b')|upper %}aaa{% endfilter %}",
    "{% with a = 1, b = n %}{{ a }}{{ b }}{% endwith %}{{ a }}", "{% with %}{% set q = 1 %}{% endwith %}{{ q }}|", "{% generation %}gen {{ n }}{% endgeneration %}!", "{% generation %}{% set g = 1 %}{% endgeneration %}{{ g }}|",
    "{% raw %}{{ x }} {% if %}{% endraw %}", "  {%- raw -%}  {{ x }}  {%- endraw -%}  end", "{# comment #}\n  {# other #}\ntext\n", "a {#- c -#} b", "a\n  {% if yes %}\n  b\n  {% endif %}\nc\n", "a\n  {%+ if yes %}\n  b\n  {%- endif +%}\nc\n\n",
    "a  {{- ' b ' -}}  c", "  {{ n }}\n  {% set x = 1 %}  {{ x }}\n", "\n\n{% if yes -%}\n\n x \n\n{%- endif %}\n\n", "x\r\ny\r{% if yes %}\r\nz{% endif %}", "{{ '\\x41\\u0042\\U00000043\\103\\d' }}", "{{ \"a\\\"b\" }}", "{{ 'multi\nline' }}",
    "{{ 0x1F }} {{ 0b101 }} {{ 0o17 }} {{ 1_000 }} {{ 1.5e-3 }} {{ 1_0.2_5 }}", "{{ -n|abs }} {{ -(n)|abs }} {{ +n }} {{ --n }} {{ -2 ** 2 }} {{ 2 ** 3 ** 2 }}", "{{ 7 // 2 }} {{ -7 // 2 }} {{ 7 % -3 }} {{ -7 % 3 }} {{ 7.5 // 2 }} {{ -7.5 % 2 }} {{ 7 / 2 }} {{ 4 / 2 }}",
    "{{ 1 / 0 }}", "{{ 1 // 0 }}", "{{ 1 % 0 }}", "{{ 2 ** -1 }} {{ 0.1 + 0.2 }} {{ 1e16 }} {{ 1e15 }} {{ 123456789.123 }} {{ 1.0 }} {{ 1e100 }} {{ 5e-324 }} {{ 0.0001 }} {{ 0.00001 }}", "{{ big * big }} {{ big // 7 }} {{ big % 97 }} {{ big / 2 }}",
    "{{ true + true }} {{ true * 3 }} {{ 3 * 'ab' }} {{ [1] * 2 }} {{ 'a' * -1 }}|", "{{ 1 < 2 < 3 }} {{ 1 < 2 > 3 }} {{ 'a' < 'b' }} {{ 'Z' < 'a' }} {{ [1, 2] < [1, 3] }} {{ (1, 2) == (1, 2) }} {{ [1] == (1,) }} {{ 1 == 1.0 }} {{ true == 1 }} {{ '1' == 1 }}",
    "{{ 'a' < 1 }}", "{{ nothing < 1 }}", "{{ d < d }}", "{{ not yes }} {{ not not n }} {{ not e and 'x' }} {{ nothing or 'dflt' }} {{ e or z or el }} {{ n and s }}", "{{ 'a' in s }} {{ 'ell' in s }} {{ 3 in l }} {{ 'a' in d }} {{ 'x' not in w }} {{ 1 in 'abc' }}",
    "{{ 1 in n }}", "{{ 'a' in nothing }}", "{{ 'a' in missing }}", "{{ s.upper().lower().title() }}", "{{ s.split(', ')[0][1:3] }}", "{{ s[1] }}{{ s[-1] }}{{ s[100] }}|", "{{ u|length }} {{ u[6] }} {{ u[6:8] }} {{ u[::-1] }} {{ u.upper() }} {{ u.lower() }} {{ u|title }}",
    "{{ l[0:2] }} {{ l[::2] }} {{ l[::-1] }} {{ l[5:] }} {{ l[-2:] }} {{ l[:-1] }} {{ l[2:0:-1] }}", "{{ l['a'] }}|", "{{ l[1.5] }}|", "{{ l[none:2] }}", "{{ l['a':] }}", "{{ n[0] }}|", "{{ nothing[1:] }}", "{{ d[1:2] }}", "{{ l[::0] }}",
    "{{ d }} {{ l }} {{ mixed }} {{ deep }} {{ () }} {{ (1,) }} {{ el }} {{ ed }} {{ yes }} {{ nothing }} {{ range(3) }} {{ d.items() }} {{ d.keys() }}", "{{ ['it\\'s', \"q\\\"\", 'b\\\\', 'n\\n', 'ü🦊', '\\x00\\x7f\\u200b'] }}", "{{ {'a': [1, {'b': none}], 2: 2.0, none: true, (1, 2): 't'} }}",
    "{{ {1: 'a', 1.0: 'b', true: 'c'} }}", "{{ {[]: 1} }}", "{{ {'a': 1, 'a': 2} }}", "{{ dict(a=1, b=2) }} {{ dict([('x', 1)]) }} {{ dict(d, z=1) }}", "{{ d.items }}|{{ d['items'] is callable }}|{{ {'items': 5}.items is callable }}|{{ {'items': 5}['items'] }}",
    "{{ mixed|tojson }} {{ deep|tojson }} {{ 'ü\"\\n</x>'|tojson }} {{ big|tojson }} {{ huge|tojson }} {{ tiny|tojson }} {{ (1, 2)|tojson }} {{ {1: 2, none: 3, true: 4, 1.5: 5}|tojson }}", "{{ missing|tojson }}", "{{ d.items()|tojson }}", "{{ '\\x1f\\x7f\\u2028\\ud83d'|tojson(ensure_ascii=true) }}",
    "{{ msgs|tojson(indent=4) }}", "{{ {'b': 1, 'a': {'d': [], 'c': {}}}|tojson(indent=2, sort_keys=true) }}", "{{ l|tojson(separators=(', ', ': '), indent=1) }}", "{{ 1.5|int }} {{ '12'|int }} {{ ' 12 '|int }} {{ '1.9'|int }} {{ 'x'|int }} {{ '0x1A'|int(base=16) }} {{ nothing|int }} {{ 'x'|int(5) }} {{ true|int }}",
    "{{ '1.5'|float }} {{ 'x'|float }} {{ '1e3'|float }} {{ n|float }} {{ 'inf'|float }} {{ nothing|float }}", "{{ 2.5|round }} {{ 3.5|round }} {{ 2.567|round(2) }} {{ 7|round }} {{ 1234|round(-2) }} {{ 2.1|round(0, 'ceil') }} {{ -2.5|round|int }}",
    "{{ '%s %r %d %5d|%-5d|%05d %x %o %e %.2f %g %%' % ('a', 'b', 3, 4, 5, 6, 255, 8, 12345.678, 2.345, 0.0001) }}", "{{ '%(a)s %(b)03d' % d }}", "{{ '%s' % l }} {{ '%s' % (l,) }} {{ '%s' % none }}", "{{ '%d' % 'x' }}", "{{ '%s %s' % 1 }}", "{{ '%s' % (1, 2) }}", "{{ '%c%c' % ('a', 66) }}", "{{ '%+d % d %#x %.3s' % (1, 2, 255, 'abcdef') }}",
    "{{ '{} {} {0}'.format(1, 2) }}", "{{ '{} {}'.format(1, 2) }} {{ '{1}{0}'.format('a', 'b') }} {{ '{x}'.format(x=3) }} {{ '{{}}'.format() }} {{ '{:>5}|{:<5}|{:^5}|{:*^7}'.format('a', 'b', 'c', 'd') }} {{ '{:.2f} {:05d} {:,} {:x} {:e} {:%}'.format(1.239, 42, 1234567, 255, 12.5, 0.25) }} {{ '{!r}'.format('a') }} {{ '{a[0]} {b.a}'.format(a=l, b=d) }}",
    "{{ w|map('upper')|join(',') }} {{ w|map('replace', 'p', 'P')|list }} {{ w|map('length')|sum }} {{ people|map(attribute='city.name')|unique|join('+') }} {{ people|groupby('age')|list }}", "{{ people|sort(attribute='name')|map(attribute='name')|list }} {{ people|sort(attribute='age', reverse=true)|map(attribute='name')|list }}",
    "{% for age, group in people|groupby('age') %}{{ age }}:{{ group|map(attribute='name')|join(',') }};{% endfor %}", "{{ people|selectattr('age', '>', 26)|map(attribute='name')|list }} {{ people|rejectattr('age', 'eq', 30)|list|length }} {{ l|select('odd')|list }} {{ l|reject('odd')|list }} {{ l|select('in', [1, 2])|list }}",
    "{{ l|map }}", "{{ l|map('nosuch')|list }}", "{{ l|select('nosuch')|list }}", "{% if no %}{{ x|nosuch }}{% endif %}fine", "{{ x|nosuch }}", "{% if no %}{{ x is nosuch }}{% endif %}fine", "{{ 'a'|upper is string }}", "{{ n is odd and s is string }}", "{{ n is not none and n is not string }}", "{{ x is defined and x.y }}",
    "{{ n is divisibleby 7 }} {{ n is divisibleby(2) }} {{ 4 is even }} {{ s is equalto('x') }} {{ 'role' in msgs[0] }} {{ msgs[0].content is string }} {{ msgs[3].content is iterable and msgs[3].content is not string }}", "{{ missing is sequence }}{{ missing is iterable }}{{ missing is mapping }}{{ missing is none }}{{ missing|length }}{{ missing|list }}",
    "{{ html|e }} {{ html|safe ~ '<' }} {{ '<' + (html|safe) }} {{ (html|e)|length }} {{ html|escape|upper }} {{ ['<', html|safe]|join('&') }} {{ html|striptags }}", "{{ (html|safe) + '<' }}", "{{ ('<a>'|safe) % 1 }}", "{{ html|forceescape }}", "{{ m|indent }}|{{ m|indent(2, first=true) }}|{{ m|indent(2, blank=true) }}|{{ m|indent('--') }}", "{{ m|trim|indent(width=1) }}",
    "{{ m.splitlines() }} {{ m.split('\\n') }} {{ m|wordcount }} {{ t.split() }} {{ t.split(' ') }} {{ t.strip()|length }} {{ e.split() }} {{ e.split(',') }}", "{{ l.append(9) }}{{ l }}", "{% set q = [] %}{% for i in range(3) %}{% set _ = q.append(i) %}{% endfor %}{{ q }}", "{% set q = {} %}{% set _ = q.update({'a': 1}) %}{{ q }}{{ q.pop('a') }}{{ q }}{{ q.setdefault('z', 5) }}{{ q }}",
    "{{ l.pop() }}{{ l.pop(0) }}{{ l }}{{ l.insert(0, 'i') }}{{ l.extend([7, 8]) }}{{ l }}{{ l.remove(8) }}{{ l.reverse() }}{{ l }}{{ l.index(7) }}", "{{ [3, 1, 2].sort() }}", "{{ ''.join(['a', 1]) }}", "{{ ', '.join(w) }} {{ ', '.join('abc') }} {{ ''.join(d) }}", "{{ strftime_now('%Y-%m-%d %H:%M:%S %d %B %b %A %a %j %y %I %p %% %-d %e') }}",
    "{{ raise_exception('my words: ' ~ n) }}", "{% if n %}{{ raise_exception('conditional') }}{% endif %}", "{{ range(100001) }}", "{{ range(3)|list }} {{ range(1, 4)|sum }} {{ range(3)[1] }} {{ range(3)|length }} {{ 2 in range(3) }} {{ range(0) }} {{ range(0)|list }} {{ range(0, 10, 3)|list }} {{ range(3)[::-1]|list }}",
    # Arguments from lists and dictionaries, and macros that take more arguments than they have parameters.
    "{% macro f(a, b=2) %}{{ a }},{{ b }},{{ varargs }},{{ kwargs }}{% endmacro %}{{ f(1) }}|{{ f(1, 3, 4, 5) }}|{{ f(1, c=6, d='x') }}|{{ f(*l) }}|{{ f(*[1, 2, 3, 4], **{'k': 'v'}) }}|{{ f(**{'b': 9, 'a': 8}) }}|{{ f(0, *'ab', x=1, **d) }}",
    "{% macro f(a) %}{{ a }}{% endmacro %}{{ f(1, 2) }}", "{% macro f(a) %}{{ a }}{% endmacro %}{{ f(1, z=2) }}", "{% macro f(a) %}{{ a }}{{ varargs|join('-') }}{% endmacro %}{{ f(1, 2, 3) }}{{ f() }}", "{% macro f(a) %}{{ a }}{{ kwargs.z }}{% endmacro %}{{ f(1, z=2) }}{{ f(1, 2) }}",
    "{% macro f(a) %}{{ kwargs|length }}{% endmacro %}{{ f(1, a=2) }}", "{% macro f(a, b) %}[{{ a }}{{ b }}]{% endmacro %}{{ f(b=1, a=2) }}{{ f(b=1) }}{{ f() }}", "{% macro f(a, b=a) %}[{{ a }}{{ b }}]{% endmacro %}{{ f(1) }}{{ f(1, 2) }}", "{% macro f(varargs) %}{{ varargs }}{% endmacro %}{{ f(1) }}{{ f(1, 2) }}",
    "{% macro f() %}{% set varargs = 1 %}{{ varargs }}{% endmacro %}{{ f() }}{{ f(2) }}", "{% macro f() %}{% macro g() %}{{ varargs }}{% endmacro %}{{ g(7) }}{% endmacro %}{{ f(1, 2) }}", "{% macro f() %}{% for varargs in [1] %}{{ varargs }}{% endfor %}{% endmacro %}{{ f(2) }}",
    "{% macro f() %}<{{ caller() }}>{% endmacro %}{% call f() %}body{% endcall %}", "{% macro f() %}x{% endmacro %}{% call f() %}y{% endcall %}", "{% macro f() %}<{{ caller(1, 2) }}>{% endmacro %}{% call(a, b) f() %}{{ a }}-{{ b }}{% endcall %}", "{% macro f() %}<{{ caller(1, 2, 3) }}>{% endmacro %}{% call(a) f() %}{{ a }}{{ varargs }}{% endcall %}",
    "{% macro f() %}<{{ caller(1, k=2) }}>{% endmacro %}{% call(a) f() %}{{ a }}{{ kwargs }}{% endcall %}", "{% macro f() %}<{{ caller(1) }}>{% endmacro %}{% call f() %}y{% endcall %}", "{% macro f(x) %}{{ caller is defined }}{{ x }}{% endmacro %}{{ f(1) }}{% call f(2) %}{% endcall %}", "{% macro f(x) %}{{ caller() }}{% endmacro %}{{ f(1) }}",
    "{% macro f(caller) %}{% endmacro %}", "{% macro f(caller=none) %}{{ caller }}{% endmacro %}{{ f() }}{{ f(1) }}{{ f(caller=2) }}", "{% macro f(caller=none) %}{{ caller() }}{% endmacro %}{% call f() %}in{% endcall %}", "{% macro f(a,) %}{% endmacro %}{{ f(1) }}", "{% macro f(*a) %}{% endmacro %}",
    "{% macro outer() %}{% call inner() %}[{{ caller() }}]{% endcall %}{% endmacro %}{% macro inner() %}({{ caller() }}){% endmacro %}{% call outer() %}core{% endcall %}", "{% macro f(n) %}{{ n }}{% if n > 0 %}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(3) }}",
    "{{ range(*[1, 4])|list }}{{ dict(**d) }}{{ dict(a=9, **{'b': 1}) }}", "{{ dict(a=9, **{'a': 1}) }}", "{% set ns = namespace(**d) %}{{ ns.a }}{{ ns.C }}", "{{ s.replace(*['l', 'L']) }}{{ s.split(*[', ']) }}{{ s|replace(*['l', 'L', 1]) }}{{ l|join(*['-']) }}{{ n is divisibleby(*[7]) }}", "{{ '%s-%s'|format(*[1, 2]) }}{{ '%(a)s'|format(**d) }}",
    "{{ range(*3) }}", "{{ range(*nothing) }}", "{{ range(*missing) }}", "{{ dict(**3) }}", "{{ dict(**l) }}", "{{ dict(**missing) }}", "{{ dict(**{1: 2}) }}", "{{ range(*[1], *[2]) }}", "{{ dict(**d, **d) }}", "{{ range(*[1], 2) }}", "{{ dict(**d, a=1) }}", "{{ dict(**d, *l) }}", "{{ dict(a=1, *[d]) }}", "{{ dict(a=1, a=2) }}", "{{ range(*[1, 3],)|list }}", "{{ range(*d) }}",
    "{{ joiner(*[';'])() }}{{ cycler(*l).next() }}", "{% for x in l %}{{ loop.cycle(*['a', 'b']) }}{% endfor %}", "{% for x in [1, 1, 2, 2, 1] %}{{ loop.changed(x) }}{{ loop.changed(x, n) }};{% endfor %}", "{% for x in l %}{{ loop.previtem }}<{{ x }}<{{ loop.nextitem }};{% endfor %}", "{% for x in l %}{{ loop.previtem is defined }}{{ loop.nextitem is defined }};{% endfor %}",
    "{% macro f(a) %}{{ a }}{% endmacro %}{{ f.name }}{{ f.arguments }}{{ f.catch_varargs }}{{ f.catch_kwargs }}{{ f.caller }}", "{% macro f() %}{{ varargs }}{{ kwargs }}{{ caller() }}{% endmacro %}{{ f.catch_varargs }}{{ f.catch_kwargs }}{{ f.caller }}{{ f is callable }}",
    "{% set x %}a{{ n }}{% endset %}{{ x }}{{ x|length }}{{ x is string }}", "{% set x | upper | trim %} a{{ n }} {% endset %}[{{ x }}]", "{% filter upper %}a{{ s }}{% endfilter %}", "{% filter replace(*['a', 'b']) %}banana{% endfilter %}", "{% filter indent(2) | trim %}x\ny{% endfilter %}",
    "{% generation %}{% set q = 1 %}{{ q }}{% endgeneration %}{{ q }}", "{% for i in l %}{% generation %}{{ i }}{{ loop.index }}{% endgeneration %}{% endfor %}", "{% set ns = namespace(a=1) %}{% generation %}{% set ns.a = 2 %}{% endgeneration %}{{ ns.a }}",
    "{% with a=1, b=2 %}{{ a }}{{ b }}{% endwith %}{{ a }}", "{% with %}{% set a = 3 %}{{ a }}{% endwith %}{{ a }}", "{% with a=n, b=a %}{{ b }}{% endwith %}", "{{ strftime_now(*['%Y']) }}{{ strftime_now('%d %b %Y') }}{{ strftime_now('%H:%M') }}",
    "{{ t.rsplit(None, 1) }}", "{{ ' a b '.rsplit(None, 2) }}{{ ' a  b '.rsplit(None, 1) }}{{ ' a b '.rsplit() }}", "{{ missing|last }}|{{ missing|reverse|list }}|{{ missing|first }}",
    "{{ joiner(';') }}", "{% set j = joiner('; ') %}{% for x in l %}{{ j() }}{{ x }}{% endfor %}", "{% set c = cycler('a', 'b') %}{{ c.next() }}{{ c.next() }}{{ c.next() }}{{ c.current }}", "{{ [1, 2, 3]|first }}{{ [1, 2, 3]|last }}{{ []|first }}{{ 'abc'|first }}{{ d|first }}", "{{ []|max }}|{{ [1, 'a']|max }}", "{{ ['b', 'A', 'c']|max }}{{ ['b', 'A', 'c']|min }}",
    "{{ [[1, 2], [3]]|sum(start=[]) }}", "{{ ['a']|sum }}", "{{ d|length }}{{ d|list }}{{ d|sort }}{{ d.values()|list }}{{ d.values()|sum }}", "{{ n|length }}", "{{ nothing|length }}", "{{ w|sort }} {{ w|sort(case_sensitive=true) }} {{ w|unique|list }} {{ w|unique(true)|list }} {{ ['b', 1]|sort }}", "{{ mixed|sort }}",
    "{{ d|dictsort }} {{ d|dictsort(true) }} {{ d|dictsort(by='value') }} {{ d|dictsort(by='x') }}", "{{ [1, 2, 3, 4, 5]|batch(2)|list }} {{ [1, 2, 3, 4, 5]|slice(3)|list }} {{ [1, 2, 3, 4, 5]|slice(3, 'f')|list }}", "{{ loop }}|", "{% for x in [1, [2, [3]]] recursive %}{{ loop.depth }}{{ x if x is number else loop(x) }};{% endfor %}", "{% for x in l %}{{ loop(l) }}{% endfor %}", "{% for x in l recursive %}{{ x }}{% endfor %}",
    "{{ x", "{% if %}{% endif %}", "{% if yes %}", "{% endif %}", "{% for x in l %}", "{% unknown %}", "{{ }}", "{{ 1 + }}", "{{ (1 }}", "{{ [1, 2 }}", "{{ 'abc }}", "{{ a b }}", "{{ a.1 }}|", "{{ l.0 }}", "{% set x = %}", "{% set 1 = 2 %}", "{% break %}", "{# open", "{% raw %}x", "{{ {'a' 1} }}", "{{ f(a=1, 2) }}", "{{ 1 if }}", "{{ @ }}", "{{ a | }}", "{% macro f(a=1, b) %}{% endmacro %}",
    "{{ [1, 2,] }}{{ {'a': 1,} }}{{ dict(a=1,) }}", "{{ 1, 2 }}", "{{ 1, }}", "{{ s is string is true }}", "{{ (s is string) is true }}", "{{ s|upper|lower|title }}", "{{ s | replace ( 'l' , 'r' ) | upper }}", "{{ 'a,b'.split(',')|join(' ')|upper }}", "{{ (l|first)|string + 'x' }}", "{{ l|first|string ~ 'x' }}", "{{ 1 ~ 2 + 3 }}", "{{ 'x' ~ 2 * 3 }}", "{{ 10 - 2 - 3 }} {{ 2 * 3 % 4 }} {{ 1 + 2 ~ 3 }}",
    "{{ yes is true }}{{ no is false }}{{ 1 is true }}{{ yes is boolean }}{{ n is integer }}{{ yes is integer }}{{ yes is number }}{{ f is float }}", "{{ s.nosuch }}|{{ s.nosuch is defined }}|{{ s['nosuch'] is defined }}", "{{ s.nosuch() }}", "{{ l.nosuch.x }}", "{{ ''.__class__ }}", "{{ d.__class__ }}|", "{{ ''.__class__ is defined }}", "{{ msgs[0].__init__ }}",
    "{% set x = namespace(l=[]) %}{% for i in l %}{% set x.l = x.l + [i * 2] %}{% endfor %}{{ x.l }}", "{% set ns = namespace(found=false) %}{% for m in msgs if m.role == 'user' %}{% if not ns.found %}{{ m.content }}{% set ns.found = true %}{% endif %}{% endfor %}", "{{ msgs|selectattr('role', 'equalto', 'user')|map(attribute='content')|list|length }}", "{% set m = msgs|rejectattr('role', 'equalto', 'system')|list %}{{ m[0].role }}{{ m|length }}",
    "{% for m in msgs[1:] %}{{ m['role'] }}{% if m.content is string %}:{{ m.content|trim }}{% elif m.content is none %}:none{% else %}{% for p in m.content %}:{{ p.text }}{% endfor %}{% endif %};{% endfor %}", "{% set loop_messages = msgs[1:] if msgs[0].role == 'system' else msgs %}{{ loop_messages|length }}", "{{ (msgs|length - 1) - 1 }}", "{% for m in msgs[::-1] %}{{ loop.index0 }}{{ m.role[0] }}{% endfor %}",
    "{% for k, v in deep|items %}{{ k }}{{ v }}{% endfor %}", "{{ n|items }}", "{% for k, v in n|items %}{% endfor %}", "{{ '' if not s else s[0]|upper }}", "{{ s if s is string else s|tojson }}", "{{ '\\n'.join(['a', 'b']) + '\\n' }}", "{{ 'a' + 1 }}", "{{ 1 + 'a' }}", "{{ l + 'a' }}", "{{ l + (1,) }}", "{{ s - 1 }}", "{{ nothing + 1 }}", "{{ d + d }}", "{{ -s }}", "{{ s * 1.5 }}", "{{ l * l }}",
]


def random_expression(rng, depth=0):
    kind = rng.random()
    if depth > 2 or kind < 0.3: return rng.choice(ATOMS)
    inner = lambda: random_expression(rng, depth + 1)
    if kind < 0.55: return f"{inner()}|{rng.choice(FILTERS)}" if rng.random() < 0.6 else f"({inner()})|{rng.choice(FILTERS)}"
    if kind < 0.7: return f"({inner()}).{rng.choice(METHODS)}"
    if kind < 0.78: return f"{inner()} is {rng.choice(['', 'not '])}{rng.choice(TESTS)}"
    if kind < 0.94: return f"({inner()}) {rng.choice(OPERATORS)} ({inner()})"
    if kind < 0.97: return f"({inner()})[{rng.choice(['0', '-1', '1:', '::2', ':-1', chr(39) + 'a' + chr(39), 'n'])}]"
    return f"({inner()} if {inner()} else {inner()})"


def blanks(rng):
    pieces = ["{% if yes %}", "{%- if yes %}", "{% if yes -%}", "{%+ if yes %}", "{% if yes +%}"]
    ends = ["{% endif %}", "{%- endif %}", "{% endif -%}", "{%+ endif %}", "{%- endif -%}", "{% endif +%}"]
    others = ["{{ n }}", "{{- n }}", "{{ n -}}", "{{- n -}}", "{# c #}", "{#- c #}", "{# c -#}", "{#+ c +#}", "{% set x = 1 %}", "{%- set x = 1 -%}", "{% raw %} r {% endraw %}", "{%- raw %}\n r{% endraw -%}"]
    gap = lambda: "".join(rng.choice([" ", "  ", "\n", "\n\n", "\t", "a", "b c", ""]) for _ in range(rng.randint(0, 4)))
    out = gap()
    for _ in range(rng.randint(1, 4)):
        out += rng.choice(others) + gap() if rng.random() < 0.6 else rng.choice(pieces) + gap() + rng.choice(others) + gap() + rng.choice(ends) + gap()
    return out


def random_macro(rng):
    """A macro with parameters, special names and calls of every kind, in loops and call blocks."""
    parameters = ["a", "b", "c"][:rng.randint(0, 3)]
    defaults = rng.randint(0, len(parameters))
    signature = ", ".join(p if i < len(parameters) - defaults else f"{p}={rng.choice(['1', 's', 'l[0]', 'a' if i else 'n', 'none'])}" for i, p in enumerate(parameters))
    pieces = ["{{ a }}", "{{ b }}", "{{ c|default('-') }}", "{{ varargs }}", "{{ varargs|length }}", "{{ kwargs }}", "{{ kwargs.k }}", "{{ caller() }}", "{% if caller %}{{ caller(1) }}{% endif %}", "{{ caller is defined }}",
              "{% for v in varargs %}{{ v }}{{ loop.last }};{% endfor %}", "{% for k, v in kwargs.items() %}{{ k }}={{ v }};{% endfor %}", "{% set varargs = 5 %}", "{% set a = 5 %}{{ a }}", "{% set t %}{{ a }}!{% endset %}{{ t }}"]
    body = "".join(rng.choice(pieces) for _ in range(rng.randint(1, 3)))
    def call():
        plain = [rng.choice(["1", "s", "l", "'x'"]) for _ in range(rng.randint(0, 3))]
        spread = rng.choice([[], [], ["*l"], ["*[1, 2]"], ["*'ab'"], ["*varargs"], ["*missing"], ["*range(2)"]])
        named = [f"{k}={rng.choice(['1', 's', 'none'])}" for k in rng.sample(["a", "b", "k", "z"], rng.choice([0, 0, 1, 2]))]
        mapping = rng.choice([[], [], [], ["**d"], ["**{'k': 3}"], ["**{'c': 3}"], ["**ed"], ["**missing"]])
        parts = plain + (spread + named if rng.random() < 0.5 else named + spread) + mapping
        if rng.random() < 0.08: rng.shuffle(parts)
        return f"f({', '.join(parts)})"
    uses = [lambda: f"{{{{ {call()} }}}}", lambda: f"{{% call {call()} %}}in{{{{ n }}}}{{% endcall %}}", lambda: f"{{% call({rng.choice(['x', 'x=2', 'x, y=3', ''])}) {call()} %}}{{{{ x }}}}{rng.choice(['', '{{ varargs }}', '{{ kwargs }}'])}{{% endcall %}}",
            lambda: f"{{% for i in l %}}{{{{ {call()} }}}}{rng.choice(['{{ loop.previtem }}', '{{ loop.nextitem }}', '{{ loop.changed(i // 2) }}', '{{ loop.cycle(1, s) }}', '{{ loop.revindex }}'])}{{% endfor %}}", lambda: f"{{% set r = {call()} %}}{{{{ r|length }}}}", lambda: f"{{% filter upper %}}{{{{ {call()} }}}}{{% endfilter %}}"]
    return f"{{% macro f({signature}) %}}{body}{{% endmacro %}}" + "|".join(rng.choice(uses)() for _ in range(rng.randint(1, 2)))


def main(seed=1, expressions=420, spaced=120, out=None):
    rng = random.Random(seed)
    systematic = [f"{{{{ {a}|{f} }}}}" for a, f in itertools.product(ATOMS, FILTERS)] + [f"{{{{ {a}.{m} }}}}" for a, m in itertools.product(ATOMS, METHODS)]
    systematic += [f"{{{{ {a} is {t} }}}}" for a, t in itertools.product(ATOMS, TESTS)] + [f"{{{{ ({a}) {o} ({b}) }}}}" for a, o, b in itertools.product(ATOMS, OPERATORS, ATOMS)]
    all_templates = TEMPLATES + rng.sample(systematic, expressions) + [f"{{{{ {random_expression(rng)} }}}}" for _ in range(expressions)] + [blanks(rng) for _ in range(spaced)]
    all_templates += [random_macro(rng) for _ in range(expressions // 3)]
    cases = []
    for template in dict.fromkeys(all_templates):
        outcome = render(template)
        if outcome is not None: cases.append({"template": template, **outcome})
    file = pathlib.Path(out or pathlib.Path(__file__).parent / "cases.json")
    with open(file, "w", encoding="utf-8") as f:  # one case a line
        head = {"generator": f"jinja2 {jinja2.__version__}, Hugging Face transformers' settings (see generate.py), seed {seed}", "variables": VARIABLES}
        f.write(json.dumps(head, ensure_ascii=False)[:-1] + ',\n"cases": [\n' + ",\n".join(json.dumps(c) for c in cases) + "\n]}\n")
    print(len(cases), "cases,", sum("error" in c for c in cases), "errors")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:4]), *sys.argv[4:5])
