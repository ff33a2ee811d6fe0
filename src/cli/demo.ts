console.error('demo');
