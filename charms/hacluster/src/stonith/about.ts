/** What the device needs to know, in the order in which `stonith -p` takes it. */
export const PARAMETERS = ['hostnames', 'url', 'apikey_file'] as const;

/** What cluster-glue asks of a plugin by `getinfo-*`, for `crm ra info` and `stonith -h`. */
export const ABOUT: Readonly<Record<string, string>> = {
  'getinfo-devid': 'MAAS',
  'getinfo-devname': 'MAAS machine power',
  'getinfo-devdescr':
    'Switches machines off and on through the API of MAAS, and succeeds only when their power was seen so.',
  'getinfo-devurl': 'https://maas.io/',
  'getinfo-xml': getParametersXml([
    {
      name: 'hostnames',
      title: 'Nodes that the device may fence',
      text: 'Names of cluster nodes, separated by blanks. A name with a domain must be the FQDN of a machine in MAAS, one without its host name.',
    },
    {name: 'url', title: 'URL of MAAS', text: 'Such as http://10.0.0.205/MAAS.'},
    {
      name: 'apikey_file',
      title: 'File with the MAAS API key',
      text: 'A file that only root can read, on each node that may run the device. It holds the key as MAAS shows it, consumer:token:secret.',
    },
  ]),
};

interface Parameter {
  readonly name: (typeof PARAMETERS)[number];
  readonly title: string;
  readonly text: string;
}

function getParametersXml(parameters: readonly Parameter[]): string {
  const elements = parameters.map(
    ({name, title, text}) => `<parameter name="${name}" unique="0" required="1">
<content type="string" />
<shortdesc lang="en">${title}</shortdesc>
<longdesc lang="en">${text}</longdesc>
</parameter>
`,
  );
  return `<parameters>\n${elements.join('')}</parameters>`;
}
